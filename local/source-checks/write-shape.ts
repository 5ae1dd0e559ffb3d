import { writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { listFile, measureShape } from './shape.ts';

const json = await format(JSON.stringify(measureShape()), { parser: 'json', printWidth: 110 });
writeFileSync(listFile, json);
