import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import '../src/design/index.css';
import { App } from '../src/app/App';
import { Store } from '../src/app/store';
import { DemoSource, type Scene } from './demo';

// The scene stays for the visit, so that the address shows what it would show for real.
const asked = new URLSearchParams(location.search).get('scene');
if (asked !== null) {
  sessionStorage.setItem('scene', asked);
}
const scene = (sessionStorage.getItem('scene') ?? 'fleet') as Scene;
let source: DemoSource | undefined;
const store = new Store((emit) => (source = new DemoSource(scene, emit)), { ask: (...asked) => source!.api.ask(...asked) });
render(<App store={store} />, document.getElementById('app')!);
store.start();
