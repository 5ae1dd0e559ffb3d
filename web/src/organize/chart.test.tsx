import { act, waitFor } from '@testing-library/react';
import { draw } from '../../testing/draw.tsx';
import { chooseTheme } from '../shell/theme.ts';
import { Chart } from './chart.tsx';

const redraw = jest.fn();
jest.mock('uplot', () => ({
  __esModule: true,
  default: class {
    redraw = redraw;
    setData() {}
    setSize() {}
    destroy() {}
  },
}));

test('a chart is drawn anew in the colours of the theme that was chosen', async () => {
  const line = { label: 'Free', colour: 'free' as const, values: [1, 2] };
  await act(async () => {
    draw(<Chart title="Seats" times={[1, 2]} lines={[line]} write={String} timeZone="UTC" />);
    await Promise.resolve();
  });
  const before = redraw.mock.calls.length;
  chooseTheme('dark');
  await waitFor(() => expect(redraw.mock.calls.length).toBe(before + 1));
  chooseTheme('system');
});
