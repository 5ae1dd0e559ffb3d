import { act, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { draw } from '../../testing/draw.tsx';
import { useLocale } from './locale.tsx';

function Choose() {
  const { text, choose } = useLocale();
  return (
    <>
      <p>{text.shell.signOut}</p>
      <button
        type="button"
        onClick={() => {
          choose('zh-Hant');
          choose('en');
        }}
      >
        Both
      </button>
    </>
  );
}

test('of two quick choices the last one counts, although the first takes longer to load', async () => {
  draw(<Choose />);
  await userEvent.click(screen.getByText('Both'));
  await act(() => import('./zh-hant.ts'));
  await act(() => new Promise((resolve) => setTimeout(resolve, 20)));
  expect(screen.getByText('Sign out')).toBeTruthy();
  expect(document.documentElement.lang).toBe('en');
});
