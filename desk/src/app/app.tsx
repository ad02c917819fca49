import { ApolloProvider } from '@apollo/client/react';
import { Redirect, Route, Router, Switch } from 'wouter';
import { NewTicketPage } from '../features/new-ticket/new-ticket-page.js';
import { QueuePage } from '../features/queue/queue-page.js';
import { TicketPage } from '../features/ticket/ticket-page.js';
import { apollo } from './api.js';
import { lazyScreen, Screen } from './screen.js';
import { SCREENS } from './screens.js';
import { basePath } from './settings.js';
import { Shell } from './shell.js';
import { SignedIn } from './signed-in.js';

const MePage = lazyScreen(async () => (await import('../features/me/me-page.js')).MePage);

export function App() {
  return (
    <ApolloProvider client={apollo}>
      <Router base={basePath}>
        <SignedIn>
          <Shell>
            <Switch>
              <Route path="/tickets">
                <Screen>
                  <QueuePage />
                </Screen>
              </Route>
              <Route path="/tickets/new">
                <Screen>
                  <NewTicketPage />
                </Screen>
              </Route>
              <Route path="/tickets/:number">
                {({ number }) => (
                  <Screen key={number}>
                    <TicketPage number={Number(number)} />
                  </Screen>
                )}
              </Route>
              <Route path="/me">
                <Screen>
                  <MePage />
                </Screen>
              </Route>
              {SCREENS.flatMap(({ paths, Page }) =>
                paths.map((path) => (
                  <Route key={path} path={`${path}/*?`}>
                    <Screen>
                      <Page />
                    </Screen>
                  </Route>
                )),
              )}
              <Route>
                <Redirect to="/tickets" replace />
              </Route>
            </Switch>
          </Shell>
        </SignedIn>
      </Router>
    </ApolloProvider>
  );
}
