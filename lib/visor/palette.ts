// Colors of charts in light and dark. The hues of series are those of Okabe and Ito 2008, which people who see fewer colors tell apart,
// as dark, or as light, as text on that paper has to be (WCAG 2.2: a contrast of 4.5).

/** What a color is for; `s0` … are series. */
export type Token = "ink" | "muted" | "line" | "paper" | "good" | "bad" | "s0" | "s1" | "s2" | "s3" | "s4" | "s5";

export type Theme = "auto" | "light" | "dark";

export const light: Readonly<Record<Token, string>> = {
  ink: "#1b1f24", muted: "#57606a", line: "#d0d7de", paper: "#ffffff", good: "#00704f", bad: "#b23400",
  s0: "#0067a3", s1: "#c04c00", s2: "#007d5c", s3: "#a64d83", s4: "#8a6200", s5: "#3b6fd4",
}; // prettier-ignore

export const dark: Readonly<Record<Token, string>> = {
  ink: "#e6edf3", muted: "#9da7b3", line: "#3d444d", paper: "#0d1117", good: "#4cd3a5", bad: "#ff9a66",
  s0: "#58b7f0", s1: "#ff9a4d", s2: "#4cd3a5", s3: "#e39bc6", s4: "#e8b84a", s5: "#9bb8ff",
}; // prettier-ignore

/** The color of a series; after six they come again. */
export const seriesToken = (index: number): Token => `s${index % 6}` as Token;

/** A color in the attributes of a shape: of a theme, or of the light one with a class that the dark one's style finds. */
export function paint(theme: Theme, property: "fill" | "stroke", token: Token): Record<string, string> {
  if (theme === "dark") return { [property]: dark[token] };
  return { ...(theme === "auto" && { class: classOf(property, token) }), [property]: light[token] };
}

const classOf = (property: string, token: string): string => `kerasm-${property}-${token}`;

const rules = ["fill", "stroke"].flatMap((property) =>
  Object.entries(dark).map(([token, color]) => `.${classOf(property, token)}{${property}:${color}}`),
);

/** The style that pictures for both themes carry. */
export const darkStyle = `@media (prefers-color-scheme:dark){${rules.join("")}}`;
