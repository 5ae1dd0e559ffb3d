/**
 * One rule for all text that people type: well-formed Unicode in NFC, with something visible in it, and without
 * characters that change how the surrounding text is shown. The rule does not apply to passwords, answers and tokens,
 * which are compared but not shown.
 */
import { z } from 'zod';

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

const illFormed = 'Must be well-formed Unicode';
const nothingVisible = 'Must contain something that can be seen';
const hiddenFault = 'Must not contain hidden characters';

const hasNoHidden = (text: string) => !tag.test(text.replaceAll(flag, ''));
const isWellFormed = (text: string) => !loneSurrogate.test(text) && !nonCharacter.test(text);

/** The name of a person or a thing: one line, without leading or trailing blanks. */
export function label(maxLength: number) {
  return plainLine(maxLength)
    .min(1)
    .refine((text) => text === '' || visible.test(text), { error: nothingVisible });
}

/** A search text: one line, which may be empty. */
export function searchText(maxLength: number) {
  return plainLine(maxLength);
}

/** Text of several lines, which may be empty. */
export function prose(maxLength: number) {
  return z
    .string()
    .overwrite((text) => text.replaceAll(/\r\n?|\u2028|\u2029/g, '\n'))
    .trim()
    .normalize('NFC')
    .max(maxLength)
    .regex(manyLines, { error: 'Must not contain control characters' })
    .refine(isWellFormed, { error: illFormed })
    .refine(hasNoHidden, { error: hiddenFault })
    .refine((text) => text === '' || visible.test(text), { error: nothingVisible });
}

/**
 * Text that is compared, but never shown or normalized. It only has to be well-formed, so that every encoding keeps it.
 */
export function secretText(minLength: number, maxLength: number) {
  return z.string().min(minLength).max(maxLength).refine(isWellFormed, { error: illFormed });
}

function plainLine(maxLength: number) {
  return z
    .string()
    .trim()
    .normalize('NFC')
    .max(maxLength)
    .regex(oneLine, { error: 'Must not contain line breaks or other control characters' })
    .refine(isWellFormed, { error: illFormed })
    .refine(hasNoHidden, { error: hiddenFault });
}
