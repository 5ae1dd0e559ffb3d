import { useState, type InputHTMLAttributes } from 'react';
import { Button } from '../design/button.tsx';
import { Field } from '../design/field.tsx';
import { Eye } from '../design/icons.tsx';
import { useLocale } from '../i18n/locale.tsx';

type PasswordFieldProps = {
  label?: string;
  error: string | undefined;
  hint?: string | undefined;
} & InputHTMLAttributes<HTMLInputElement> & {
    ref?: React.Ref<HTMLInputElement>;
  };

export function PasswordField({ label, ...props }: PasswordFieldProps) {
  const { text } = useLocale();
  const [shown, setShown] = useState(false);
  return (
    <Field
      {...props}
      label={label ?? text.auth.password}
      type={shown ? 'text' : 'password'}
      after={
        <Button look="bare" aria-pressed={shown} aria-label={text.auth.show} onClick={() => setShown(!shown)}>
          <Eye />
        </Button>
      }
    />
  );
}
