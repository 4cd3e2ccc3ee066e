import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import './design/index.css';
import { App } from './app/App';
import { Store } from './app/store';
import { browserApi } from './wire/api';
import { openHub } from './wire/hub';
import { FleetStream } from './wire/stream';

const store = new Store(
  (emit) =>
    new FleetStream({
      emit,
      api: browserApi,
      openHub,
      random: Math.random,
      timers: {
        now: Date.now,
        after: (ms, action) => {
          const timer = setTimeout(action, ms);
          return () => clearTimeout(timer);
        },
      },
    }),
  browserApi,
);
render(<App store={store} />, document.getElementById('app')!);
store.start();
