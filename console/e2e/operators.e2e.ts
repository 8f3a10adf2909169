import { everyView } from './stage';

everyView('Operators', (pid) => `${pid}/operators`, 'punchcard.operator.list');
