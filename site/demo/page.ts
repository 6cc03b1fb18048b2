// Small things that both tabs use.

/** The element of an id, of the kind that is expected there. */
export const byId = <T extends HTMLElement = HTMLElement>(id: string): T => document.getElementById(id) as T;

/** Tells of an error where progress is told of. */
export const telling = (status: HTMLElement, action: () => unknown) => async (): Promise<void> => {
  try {
    await action();
  } catch (error) {
    status.textContent = error instanceof Error ? error.message : String(error);
    console.warn(error);
  }
};

/** Calls back with pictures that are dropped on an element. */
export function onDrop(target: HTMLElement, take: (files: File[]) => unknown): void {
  target.addEventListener("dragover", (event) => {
    event.preventDefault();
    target.classList.add("over");
  });
  target.addEventListener("dragleave", () => target.classList.remove("over"));
  target.addEventListener("drop", (event) => {
    event.preventDefault();
    target.classList.remove("over");
    take([...event.dataTransfer!.files]);
  });
}

/** Calls back with the files that were chosen; the same ones can be chosen again. */
export function onFiles(input: HTMLInputElement, take: (files: File[]) => unknown): void {
  input.addEventListener("change", () => {
    const files = [...input.files!];
    input.value = "";
    if (files.length > 0) take(files);
  });
}

/** The picture in a file. @throws Error that names a file without one */
export const pictureOf = (file: File): Promise<ImageBitmap> =>
  createImageBitmap(file).catch(() => {
    throw new Error(`${file.name} is no picture that this browser reads.`);
  });
