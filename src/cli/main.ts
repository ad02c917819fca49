#!/usr/bin/env node
import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import { systemClock } from '../common/clock.js';
import { readEnv } from '../app/env.js';
import { unknownSettings } from '../app/settings/unknown-settings.js';
import { run } from './run.js';

const { stdin, stdout, stderr, env } = process;

// `… | head` closes the pipe early: that must not end the process before it has closed the database.
stdout.on('error', () => {});

process.exitCode = await run(process.argv.slice(2), { stdout, stderr }, () => {
  if (existsSync('.env')) loadEnvFile('.env');
  for (const message of unknownSettings(env)) stderr.write(`${message}\n`);
  // npm runs scripts in the project's folder, and tells where it was called.
  const calledFrom = env['npm_lifecycle_event'] === 'cli' ? env['INIT_CWD'] : undefined;
  return { env: readEnv(env), clock: systemClock, stdin, stdout, stderr, workingDir: calledFrom ?? process.cwd() };
});
