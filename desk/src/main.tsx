import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.js';
import { applyTheme } from './app/theme.js';
import { keepDoubleClicksTogether } from './ui/double-click.js';
import './app/base.css';
import './ui/controls.css';

applyTheme();
keepDoubleClicksTogether();

const place = document.getElementById('desk');
if (!place) throw new Error('The page has no element for the desk');
createRoot(place).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
