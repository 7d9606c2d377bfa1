// English texts of the overview page.
export const overview = { title: "" };
