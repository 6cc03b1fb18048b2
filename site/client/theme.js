// Light or dark before anything is drawn: what the reader chose, or else what the system says.
const chosen = localStorage.getItem("theme");
document.documentElement.dataset.theme = chosen ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
