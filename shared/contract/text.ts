/**
 * One rule for all text that people type: well-formed Unicode in NFC, with something visible in it, and without
 * characters that change how the surrounding text is shown. The rule does not apply to passwords, answers and tokens,
 * which are compared but not shown.
 */
import { z } from 'zod';
import { fault } from './fault-codes.ts';

/**
 * Refused: control characters (C0, C1), line and paragraph separators, embeddings, overrides and isolates of direction
 * (they reverse the text that follows: `gpj.exe` is shown as `exe.jpg`), the deprecated format characters next to them,
 * and annotation characters. Characters that scripts need are allowed: joiners (emoji, Persian, Indic), direction
 * marks, variation selectors. The ranges are written out, since not every tool that reads the API document supports
 * \p{Cc}.
 */
const refusedCharacters = String.raw`\u0080-\u009f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb`;
const oneLine = new RegExp(String.raw`^[^\u0000-\u001f\u007f${refusedCharacters}]*$`);
/** The same, except that line feeds and tabs are allowed. */
const manyLines = new RegExp(String.raw`^[^\u0000-\u0008\u000b-\u001f\u007f${refusedCharacters}]*$`);

/**
 * Letters, digits, signs, emoji, including code points that are not assigned yet (newer emoji): everything except
 * blanks, marks, and invisible characters.
 */
const visible =
  /[^\p{Z}\p{C}\p{M}\p{Default_Ignorable_Code_Point}\u2800]|(?!\p{Default_Ignorable_Code_Point})\p{Cn}/u;
const loneSurrogate = /\p{Cs}/u;
/** Tag characters, which are invisible except in the flags of England, Scotland and Wales. */
const tag = /[\u{E0000}-\u{E007F}]/u;
const flag = /\u{1F3F4}[\u{E0020}-\u{E007E}]+\u{E007F}/gu;
const nonCharacter = /\p{Noncharacter_Code_Point}/u;

const hasNoHidden = (text: string) => !tag.test(text.replaceAll(flag, ''));
const isWellFormed = (text: string) => !loneSurrogate.test(text) && !nonCharacter.test(text);

/** The name of a person or a thing: one line, without leading or trailing blanks. */
export function label(maxLength: number) {
  return plainLine(maxLength)
    .min(1)
    .refine((text) => text === '' || visible.test(text), fault('nothing_visible'));
}

/** A search text: one line, which may be empty. */
export function searchText(maxLength: number) {
  return plainLine(maxLength);
}

/** Text of several lines, which may be empty. */
export function prose(maxLength: number) {
  const lines = z
    .string()
    .overwrite((typed) => typed.replaceAll(/\r\n?|\u2028|\u2029/g, '\n'))
    .trim()
    .normalize('NFC')
    .max(maxLength);
  return matching(lines, manyLines, fault('control_characters'))
    .refine(isWellFormed, fault('not_unicode'))
    .refine(hasNoHidden, fault('hidden_characters'))
    .refine((text) => text === '' || visible.test(text), fault('nothing_visible'));
}

/**
 * Text that is compared, but never shown or normalized. It only has to be well-formed, so that every encoding keeps it.
 */
export function secretText(minLength: number, maxLength: number) {
  return z.string().min(minLength).max(maxLength).refine(isWellFormed, fault('not_unicode'));
}

function plainLine(maxLength: number) {
  return matching(z.string().trim().normalize('NFC').max(maxLength), oneLine, fault('line_breaks'))
    .refine(isWellFormed, fault('not_unicode'))
    .refine(hasNoHidden, fault('hidden_characters'));
}

/**
 * Text with this pattern, and the code of the fault if it has another. The pattern itself never runs, since its fault
 * could have no code: it is for the API document, which has no place for rules.
 */
export function matching(text: z.ZodString, pattern: RegExp, found: ReturnType<typeof fault>): z.ZodString {
  const documented = new z.core.$ZodCheckRegex({
    check: 'string_format',
    format: 'regex',
    pattern,
    when: () => false,
  });
  return text.check(documented).refine((typed) => pattern.test(typed), found);
}
