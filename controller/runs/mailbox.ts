/** Runs jobs one after the other in the order they were posted. */
export class Mailbox {
  #last: Promise<unknown> = Promise.resolve();

  /** Resolves when the job has run; a failure goes to the caller and does not stop later jobs. */
  post<T>(job: () => T | Promise<T>): Promise<T> {
    const run = this.#last.then(job);
    this.#last = run.catch(() => {});
    return run;
  }
}
