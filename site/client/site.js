// What every page does: menu, theme, Copy and Run buttons, and the search, which is loaded when it is first used.

const { documentElement: html } = document;
const byId = (id) => document.getElementById(id);

const menuButton = byId("menu-button");
menuButton.addEventListener("click", () => {
  const isOpen = byId("menu").classList.toggle("open");
  menuButton.setAttribute("aria-expanded", String(isOpen));
});

const themeButton = byId("theme");
const nameTheme = () => (themeButton.textContent = html.dataset.theme === "dark" ? "Light" : "Dark");
nameTheme();
themeButton.addEventListener("click", () => {
  html.dataset.theme = html.dataset.theme === "dark" ? "light" : "dark";
  localStorage.setItem("theme", html.dataset.theme);
  nameTheme();
});

const input = document.querySelector("#search input");
let searching;
input.addEventListener("focus", () => void (searching ??= import("./search.js")));
input.addEventListener("input", async () => {
  const { show } = await (searching ??= import("./search.js"));
  await show(input.value);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !/^(INPUT|TEXTAREA)$/.test(document.activeElement?.tagName ?? "")) {
    event.preventDefault();
    input.focus();
  }
});

document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (button?.classList.contains("copy")) {
    await navigator.clipboard.writeText(button.closest(".code").querySelector("code").textContent);
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 1500);
  }
  if (button?.classList.contains("run")) {
    const { toggle } = await import("./run.js");
    await toggle(button);
  }
});
