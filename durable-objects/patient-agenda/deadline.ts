/** Gives up waiting for a call. What the call does later is not undone: its outcome is unknown. */
export async function beforeDeadline<T>(call: Promise<T>, waitMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer before the deadline")), Math.max(waitMs, 0));
  });
  try {
    return await Promise.race([call, silence]);
  } finally {
    clearTimeout(timer); // a pending timer would keep the object from hibernating
  }
}
