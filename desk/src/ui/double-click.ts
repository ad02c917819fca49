/** What a click acts on. */
function controlOf(event: Event): Element | null {
  const element = event.target instanceof Element ? event.target : null;
  return element?.closest('label')?.control ?? element?.closest('a, button, input, [role=option], summary') ?? null;
}

/**
 * The second click of a double click counts only where the first one did: where the first one opened or closed something, what came
 * under the pointer is not meant.
 */
export function keepDoubleClicksTogether(): void {
  let first: Element | null = null;
  addEventListener(
    'click',
    (event) => {
      const control = controlOf(event);
      if (event.detail <= 1) first = control;
      else if (control !== first) {
        event.preventDefault();
        event.stopPropagation();
      }
    },
    { capture: true },
  );
}
