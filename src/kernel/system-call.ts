/** What a system call is asked with and answers, whichever architecture the host is of. */

export interface CallContext {
  /** Another process than the one that opened: a forked child. */
  readonly process?: number;
  /** A signal will come while the guest runs. */
  readonly signalArmed?: boolean;
}

export interface CallResult {
  /** −1 on error, else what the call returned. */
  readonly ret: number;
  /** 0, or the error number. */
  readonly errno: number;
  /** Set where the simulation stopped short of what a kernel does. */
  readonly note?: string;
}

const mainProcess = 1;

/** The process that makes a call. */
export function callerOf({ process }: CallContext): number {
  return process ?? mainProcess;
}

/** What user space sees of a kernel function's result: a value, or a negative error number. */
export function answer(result: number, note?: string): CallResult {
  const plain = result < 0 ? { ret: -1, errno: -result } : { ret: result, errno: 0 };
  return note === undefined ? plain : { ...plain, note };
}
