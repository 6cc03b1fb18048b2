// node:fs in a page: pictures that a program writes are shown, folders are names.
let count = 0;
export const mkdtempSync = (prefix) => `${prefix}${++count}`;
export const mkdirSync = () => undefined;
export function writeFileSync(name, content) {
  if (/\.(png|svg)$/.test(name))
    kerasmRunner.picture(String(name), typeof content === "string" ? new TextEncoder().encode(content) : content);
  else console.log(`(${name} would be written)`);
}
