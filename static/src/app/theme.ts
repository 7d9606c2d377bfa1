// Colours, type and shapes of all pages, in light and dark. Pairs of text and ground have a contrast of 4.5 or more.
import { createTheme } from "@mui/material/styles";

const SHAPE = { borderRadius: 12 };

export const theme = createTheme({
  cssVariables: { colorSchemeSelector: "data-scheme" },
  colorSchemes: {
    light: {
      palette: {
        primary: { main: "#0c756e", contrastText: "#ffffff" },
        secondary: { main: "#8a5a00", contrastText: "#ffffff" },
        error: { main: "#b3261e" },
        warning: { main: "#8a5a00" },
        success: { main: "#1b6e3c" },
        info: { main: "#1f5f9e" },
        background: { default: "#f4f6f7", paper: "#ffffff" },
        text: { primary: "#10191d", secondary: "#4a5a61" },
        divider: "#d5dde0",
      },
    },
    dark: {
      palette: {
        primary: { main: "#5cd3c7", contrastText: "#04211e" },
        secondary: { main: "#f0bd58", contrastText: "#2a1c00" },
        error: { main: "#ffb4ab" },
        warning: { main: "#f0bd58" },
        success: { main: "#7fd9a0" },
        info: { main: "#9ecbff" },
        background: { default: "#0d1417", paper: "#151e22" },
        text: { primary: "#e8eff1", secondary: "#a9b8be" },
        divider: "#2b383e",
      },
    },
  },
  shape: SHAPE,
  typography: {
    fontFamily: '"Inter Variable", system-ui, sans-serif',
    h1: { fontSize: "1.5rem", fontWeight: 650, letterSpacing: "-0.01em" },
    h2: { fontSize: "1.0625rem", fontWeight: 620 },
    h3: { fontSize: "0.9375rem", fontWeight: 620 },
    button: { textTransform: "none", fontWeight: 600 },
  },
  components: {
    MuiButton: { defaultProps: { disableElevation: true } },
    MuiPaper: { defaultProps: { elevation: 0 } },
    MuiCard: { defaultProps: { variant: "outlined" } },
    MuiCssBaseline: {
      styleOverrides: {
        "html, body, #root": { height: "100%" },
        // Who asks their device for less motion gets none.
        "@media (prefers-reduced-motion: reduce)": {
          "*, *::before, *::after": { animationDuration: "0.01ms !important", transitionDuration: "0.01ms !important" },
        },
      },
    },
  },
});
