import { type RefObject, useLayoutEffect, useRef, useState } from 'react';

/** An element and how wide it is, in CSS pixels; 0 before it is on the screen. */
export function useWidth<Item extends Element>(): [RefObject<Item | null>, number] {
  const element = useRef<Item>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    if (!element.current) return undefined;
    setWidth(element.current.getBoundingClientRect().width);
    const observer = new ResizeObserver(([entry]) => entry && setWidth(entry.contentRect.width));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}
