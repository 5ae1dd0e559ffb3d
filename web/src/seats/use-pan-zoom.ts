/**
 * Moves and zooms a picture by pointer, wheel and keys. The view is written to the element directly, without
 * a render.
 */
import { useCallback, useEffect, useMemo, useRef, useState, type RefObject } from 'react';

type View = { x: number; y: number; scale: number };
const whole: View = { x: 0, y: 0, scale: 1 };
const step = 1.5;

type Size = { width: number; height: number };

export function usePanZoom(
  svg: RefObject<SVGSVGElement | null>,
  content: RefObject<SVGGElement | null>,
  { width, height }: Size,
  closest: number,
) {
  const view = useRef<View>(whole);
  const frame = useRef(0);
  const [isZoomed, setZoomed] = useState(false);

  const show = useCallback(
    (next: View) => {
      const scale = Math.min(closest, Math.max(1, next.scale));
      // The plan cannot be moved out of its frame.
      const x = Math.min(0, Math.max(width * (1 - scale), next.x));
      const y = Math.min(0, Math.max(height * (1 - scale), next.y));
      view.current = { x, y, scale };
      setZoomed(scale > 1.001);
      cancelAnimationFrame(frame.current);
      frame.current = requestAnimationFrame(() => {
        content.current?.setAttribute('transform', `translate(${x} ${y}) scale(${scale})`);
      });
    },
    [content, width, height, closest],
  );

  const zoomAt = useCallback(
    (factor: number, at: { x: number; y: number }) => {
      const { x, y, scale } = view.current;
      const next = Math.min(closest, Math.max(1, scale * factor));
      const ratio = next / scale;
      show({ scale: next, x: at.x - (at.x - x) * ratio, y: at.y - (at.y - y) * ratio });
    },
    [show, closest],
  );

  /** Converts a point of the window to one of the picture, without the present view. */
  const pointOf = useCallback(
    (clientX: number, clientY: number) => {
      const matrix = svg.current?.getScreenCTM()?.inverse();
      return matrix ? new DOMPoint(clientX, clientY).matrixTransform(matrix) : { x: 0, y: 0 };
    },
    [svg],
  );

  useEffect(() => {
    const element = svg.current;
    if (!element) return undefined;
    const pointers = new Map<number, { x: number; y: number }>();
    const down = (event: PointerEvent) => {
      pointers.set(event.pointerId, pointOf(event.clientX, event.clientY));
    };
    const move = (event: PointerEvent) => {
      const before = pointers.get(event.pointerId);
      if (!before) return;
      const now = pointOf(event.clientX, event.clientY);
      if (pointers.size === 1 && view.current.scale > 1) {
        element.setPointerCapture(event.pointerId);
        const { x, y, scale } = view.current;
        show({ x: x + now.x - before.x, y: y + now.y - before.y, scale });
      }
      if (pointers.size === 2) {
        const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
        if (other) {
          const distance = (point: { x: number; y: number }) =>
            Math.hypot(point.x - other.x, point.y - other.y);
          const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
          zoomAt(distance(now) / Math.max(1, distance(before)), middle);
        }
      }
      pointers.set(event.pointerId, now);
    };
    const up = (event: PointerEvent) => pointers.delete(event.pointerId);
    // Without Ctrl (which a pinch on a touchpad sets) the wheel scrolls the page, as usual.
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoomAt(Math.exp(-event.deltaY / 200), pointOf(event.clientX, event.clientY));
    };
    element.addEventListener('pointerdown', down);
    element.addEventListener('pointermove', move);
    element.addEventListener('wheel', wheel, { passive: false });
    for (const end of ['pointerup', 'pointercancel', 'pointerleave'] as const) {
      element.addEventListener(end, up);
    }
    return () => {
      element.removeEventListener('pointerdown', down);
      element.removeEventListener('pointermove', move);
      element.removeEventListener('wheel', wheel);
      for (const end of ['pointerup', 'pointercancel', 'pointerleave'] as const) {
        element.removeEventListener(end, up);
      }
    };
  }, [svg, show, zoomAt, pointOf]);

  const controls = useMemo(() => {
    const middle = { x: width / 2, y: height / 2 };
    const pan = (x: number, y: number) => {
      const now = view.current;
      show({ ...now, x: now.x + x * 60, y: now.y + y * 60 });
    };
    return {
      zoomIn: () => zoomAt(step, middle),
      zoomOut: () => zoomAt(1 / step, middle),
      showAll: () => show(whole),
      /** Brings a point to the middle, as close as the frame allows. */
      goTo: (point: { x: number; y: number }, scale: number) => {
        show({ scale, x: middle.x - point.x * scale, y: middle.y - point.y * scale });
      },
      /** True if the key was handled. */
      press: (key: string): boolean => {
        const keys: Record<string, () => void> = {
          ArrowLeft: () => pan(1, 0),
          ArrowRight: () => pan(-1, 0),
          ArrowUp: () => pan(0, 1),
          ArrowDown: () => pan(0, -1),
          '+': () => zoomAt(step, middle),
          '=': () => zoomAt(step, middle),
          '-': () => zoomAt(1 / step, middle),
          '0': () => show(whole),
        };
        keys[key]?.();
        return keys[key] !== undefined;
      },
    };
  }, [width, height, show, zoomAt]);

  const toContent = useCallback(
    (clientX: number, clientY: number) => {
      const point = pointOf(clientX, clientY);
      const { x, y, scale } = view.current;
      return { x: (point.x - x) / scale, y: (point.y - y) / scale };
    },
    [pointOf],
  );
  return { ...controls, isZoomed, toContent };
}
