/**
 * The four contracts, and what a verdict over them is.
 *
 * | contract        | question                                                                                    |
 * |-----------------|---------------------------------------------------------------------------------------------|
 * | `old-binary`    | does a program built with the old headers keep working on a kernel built from the new ones? |
 * | `rebuild`       | does it still compile against the new headers, and mean the same?                           |
 * | `mixed-objects` | may objects built with old and new headers pass the record to each other?                   |
 * | `new-binary`    | does a program built with the new headers get a clear error on the old kernel?              |
 *
 * A verdict is `break` if a contract is broken, and then it carries a witness; `review` if the headers do not hold enough
 * to answer for some contract; `compatible` if all are kept, each with a reason.
 */

export const contracts = ['old-binary', 'rebuild', 'mixed-objects', 'new-binary'] as const;
export type Contract = (typeof contracts)[number];

export type Verdict = 'break' | 'review' | 'compatible';
