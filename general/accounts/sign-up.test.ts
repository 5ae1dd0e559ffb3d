import request from 'supertest';
import { startGeneral, type TestGeneral } from '../../testing/general/start-general.ts';

let general: TestGeneral;
beforeAll(async () => {
  general = await startGeneral();
});
afterAll(() => general.stop());
afterEach(() => general.assertQuiet());

const password = 'long enough';
const signUp = (email: string) =>
  request(general.app).post('/api/auth/signup').send({ email, password, name: 'Jörg' });
const signIn = (email: string) => request(general.app).post('/api/auth/signin').send({ email, password });

test('an address with letters outside ASCII has one account, however it is typed', async () => {
  const made = await signUp('Jörg@Exämple.test').expect(201);
  const { id } = (made.body as { user: { id: number } }).user;
  for (const typed of ['jörg@exämple.test', 'jo\u0308rg@EXÄMPLE.test', 'jörg@xn--exmple-cua.test']) {
    expect((await signIn(typed).expect(200)).body).toMatchObject({ user: { id } });
    expect((await signUp(typed).expect(409)).body).toMatchObject({ code: 'email_taken' });
  }
});

test('an address that only looks alike does not open it', async () => {
  await signUp('bjørn.müller@example.test').expect(201);
  for (const other of ['bjorn.muller@example.test', 'bjørn.muller@example.test'])
    expect((await signIn(other).expect(401)).body).toMatchObject({ code: 'wrong_credentials' });
});
