/** What a click acts on. */
function controlOf(event: Event): Element | null {
  const element = event.target instanceof Element ? event.target : null;
  return element?.closest('label')?.control ?? element?.closest('a, button, input, [role=option], summary') ?? null;
}

/**
 * Cancels the second click of a double click if it hits another control than the first: one that appeared under the pointer
 * meanwhile is not meant.
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
