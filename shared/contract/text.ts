/**
 * The text that people type, by one rule for all of it: well-formed Unicode in NFC, something visible in it, and no
 * character that acts on what stands around it. Passwords, answers and tokens are no such text: they are compared, not
 * shown.
 */
import { z } from 'zod';

/**
 * Refused: control characters (C0, C1), line and paragraph separators, embeddings, overrides and isolates of direction
 * (they turn round what follows them: `gpj.exe` reads `exe.jpg`), the deprecated format characters beside those, and
 * annotation. What writing needs stays: joiners (emoji, Persian, Indic), marks of direction, variation selectors.
 * Spelled out, since not every reader of the API document knows \p{Cc}.
 */
const acting = String.raw`\u0080-\u009f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb`;
const oneLine = new RegExp(String.raw`^[^\u0000-\u001f\u007f${acting}]*$`);
/** The same, but for line feeds and tabs. */
const manyLines = new RegExp(String.raw`^[^\u0000-\u0008\u000b-\u001f\u007f${acting}]*$`);

/** Letters, digits, signs, emoji (those too that are newer than we): all but blanks, marks, and what nobody sees. */
const visible =
  /[^\p{Z}\p{C}\p{M}\p{Default_Ignorable_Code_Point}\u2800]|(?!\p{Default_Ignorable_Code_Point})\p{Cn}/u;
const loneSurrogate = /\p{Cs}/u;
/** Letters for machines, which nobody sees, but in the flags of England, Scotland and Wales. */
const tag = /[\u{E0000}-\u{E007F}]/u;
const flag = /\u{1F3F4}[\u{E0020}-\u{E007E}]+\u{E007F}/gu;
const nonCharacter = /\p{Noncharacter_Code_Point}/u;

const illFormed = 'Must be well-formed Unicode';
const nothingVisible = 'Must contain something that can be seen';
const hidden = 'Must not contain hidden characters';

const hasNoHidden = (text: string) => !tag.test(text.replaceAll(flag, ''));
const isWellFormed = (text: string) => !loneSurrogate.test(text) && !nonCharacter.test(text);

/** What people or things are called: one line, no blanks around it. */
export function label(longest: number) {
  return plainLine(longest)
    .min(1)
    .refine((text) => text === '' || visible.test(text), { error: nothingVisible });
}

/** One line that may be left empty: what somebody searches for. */
export function searchText(longest: number) {
  return plainLine(longest);
}

/** Text of many lines, which may be left empty. */
export function prose(longest: number) {
  return z
    .string()
    .overwrite((text) => text.replaceAll(/\r\n?|\u2028|\u2029/g, '\n'))
    .trim()
    .normalize('NFC')
    .max(longest)
    .regex(manyLines, { error: 'Must not contain control characters' })
    .refine(isWellFormed, { error: illFormed })
    .refine(hasNoHidden, { error: hidden })
    .refine((text) => text === '' || visible.test(text), { error: nothingVisible });
}

/** Compared, never shown nor changed: it must only be what it is in every encoding. */
export function secretText(shortest: number, longest: number) {
  return z.string().min(shortest).max(longest).refine(isWellFormed, { error: illFormed });
}

function plainLine(longest: number) {
  return z
    .string()
    .trim()
    .normalize('NFC')
    .max(longest)
    .regex(oneLine, { error: 'Must not contain line breaks or other control characters' })
    .refine(isWellFormed, { error: illFormed })
    .refine(hasNoHidden, { error: hidden });
}
