import { screen } from '@testing-library/react';
import { draw } from '../../testing/draw.tsx';
import { Field } from './field.tsx';

test('what its page says of a field is kept beside hint and fault', () => {
  draw(
    <>
      <Field label="Answer" aria-describedby="elsewhere" hint="One word" error="That is not the answer." />
      <p id="elsewhere">Asked once.</p>
    </>,
  );
  const description = 'One word That is not the answer. Asked once.';
  expect(screen.getByRole('textbox', { name: 'Answer', description })).toBeTruthy();
});
