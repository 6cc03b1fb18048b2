/** The message of the error that a function throws, or that a promise is rejected with. */
export async function messageOf(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    return (error as Error).message;
  }
  return "no error";
}
