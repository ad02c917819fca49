const GAP = 4;
const EDGE = 8;
const WIDTH = 260;
/** At most; the list scrolls beyond it. */
const HEIGHT = 340;

/** Puts a popover below its button, or above it where there is more room, and inside the window. */
export function place(popover: HTMLElement, button: HTMLElement): void {
  const { left, top, bottom } = button.getBoundingClientRect();
  const width = Math.min(WIDTH, innerWidth - 2 * EDGE);
  const below = innerHeight - bottom - GAP - EDGE;
  const above = top - GAP - EDGE;
  const isAbove = below < HEIGHT && above > below;
  Object.assign(popover.style, {
    width: `${width}px`,
    left: `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`,
    top: isAbove ? 'auto' : `${bottom + GAP}px`,
    bottom: isAbove ? `${innerHeight - top + GAP}px` : 'auto',
    maxHeight: `${Math.min(HEIGHT, isAbove ? above : below)}px`,
  });
}
