/** The fault of a form’s field, named by its code. A schema, a rule of the page, or the server finds it. */
import type { Coded, Fault, FaultCode, FaultParams } from '@seatdrop/shared/contract/fault-codes.ts';
import { Refusal } from '../api/http.ts';

/** What only pages find, since it is about how something was typed. */
type PageParams = {
  /** The clocks go forward over this time. */
  time_gap: undefined;
  /** More decimals than the currency has. `example`: an amount that would do. */
  too_many_decimals: { digits: number; example: string };
  email_taken: undefined;
};
type PageCode = keyof PageParams;

export type FormFault =
  | Coded
  | {
      [C in PageCode]: PageParams[C] extends object ? { code: C; params: PageParams[C] } : { code: C };
    }[PageCode];

export type FieldFault = { field: string; fault: FormFault };

/** Words for every code: a code without words does not compile. */
export type FaultWords = {
  [C in FaultCode | PageCode]: C extends keyof FaultParams
    ? string | ((params: FaultParams[C]) => string)
    : C extends 'too_many_decimals'
      ? (params: PageParams[C]) => string
      : string;
};

export function wordsFor(fault: FormFault, words: FaultWords): string {
  // A page that was loaded before an update may not know a code of the server yet.
  const known = (words as Record<string, FaultWords[keyof FaultWords] | undefined>)[fault.code];
  if (known === undefined) return words.wrong_format;
  return typeof known === 'string' ? known : known(('params' in fault ? fault.params : undefined) as never);
}

/** The form library keeps a text for each field: the fault, so that its words follow the language of the page. */
export const textOf = (fault: FormFault): string => JSON.stringify(fault);
export const faultIn = (text: string): FormFault => JSON.parse(text) as FormFault;

/** What the server found in the request, with the path of each fault in the body. */
export function serverFaults(error: unknown): { path: string[]; fault: FormFault }[] {
  const found = error instanceof Refusal ? ((error.body.errors ?? []) as Fault[]) : [];
  return found.map(({ pointer, code, params }) => ({
    path: pointer
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')),
    fault: { code, params } as FormFault,
  }));
}
