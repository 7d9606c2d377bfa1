export const built = false;
