import { useSyncExternalStore } from 'react';

/** Whether the server answers. It is asked again until it does. */
export type Connection = 'online' | 'offline';

const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 10_000;

let connection: Connection = 'online';
const listeners = new Set<() => void>();
const backAgain = new Set<() => void>();

function become(next: Connection): void {
  if (next === connection) return;
  connection = next;
  for (const listener of listeners) listener();
  if (next === 'online') for (const action of backAgain) action();
}

/** To be called when a request got no answer. */
export function reportUnreachable(): void {
  if (connection === 'offline') return;
  become('offline');
  askAfter(FIRST_PAUSE_MS);
}

/** To be called with each answer. */
export function reportReachable(): void {
  become('online');
}

async function isReachable(): Promise<boolean> {
  const response = await fetch(new URL('readyz', document.baseURI), { cache: 'no-store' }).catch(() => null);
  return response?.ok ?? false;
}

/** To be called when the server may be away but no request has failed yet. */
export async function checkReachable(): Promise<void> {
  if (!(await isReachable())) reportUnreachable();
}

function askAfter(pauseMs: number): void {
  const ask = async () => {
    if (connection === 'online') return;
    if (await isReachable()) become('online');
    else askAfter(Math.min(pauseMs * 2, MAX_PAUSE_MS));
  };
  setTimeout(() => void ask(), pauseMs);
}

/** Runs when the server answers again after it did not. */
export function onBackAgain(action: () => void): () => void {
  backAgain.add(action);
  return () => backAgain.delete(action);
}

export function useConnection(): Connection {
  return useSyncExternalStore(subscribe, () => connection);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
