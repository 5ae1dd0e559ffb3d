/** Form controls besides `Field`: a text area and a select. */
import type { ReactNode, Ref, SelectHTMLAttributes, TextareaHTMLAttributes } from 'react';
import { FieldFrame } from '../design/field.tsx';

type Words = { label: string; hint?: ReactNode; error?: string | undefined };

export function AreaField({
  label,
  hint,
  error,
  ...area
}: Words & TextareaHTMLAttributes<HTMLTextAreaElement> & { ref?: Ref<HTMLTextAreaElement> }) {
  return (
    <FieldFrame label={label} hint={hint} error={error}>
      {(ties) => <textarea dir="auto" {...area} {...ties} />}
    </FieldFrame>
  );
}

export function SelectField({
  label,
  hint,
  error,
  children,
  ...select
}: Words & SelectHTMLAttributes<HTMLSelectElement> & { ref?: Ref<HTMLSelectElement> }) {
  return (
    <FieldFrame label={label} hint={hint} error={error}>
      {(ties) => (
        <select {...select} {...ties}>
          {children}
        </select>
      )}
    </FieldFrame>
  );
}
