/**
 * Every form whose content is sent to the API. It is checked by the schema of the contract before it is sent, all faults
 * are shown at once, and the focus goes to the first; what the server finds is shown in the same way. Forms that need
 * none of that do without it, such as the question of a sale, whose page must stay light, and the field for ticket
 * codes, which a scanner types into faster than a resolver answers.
 *
 * In a folder of its own: design/ is about looks, and imports neither the contract nor the library for forms.
 */
import { useEffect, useState } from 'react';
import {
  get,
  useForm,
  useFormContext,
  type DefaultValues,
  type FieldPath,
  type FieldValues,
  type RegisterOptions,
  type UseFormReturn,
} from 'react-hook-form';
import { useFirstFaultOf } from '../design/first-fault.ts';
import { useLocale } from '../i18n/locale.tsx';
import { contractResolver, loadRules, type FormRules } from './contract-resolver.ts';
import { faultIn, serverFaults, textOf, wordsFor, type FaultWords, type FieldFault } from './form-fault.ts';
import { faultsOnLeaving } from './faults-on-leaving.ts';
import { faultWords } from './words.ts';

type ApiFormOptions<Values, Body> = FormRules<Values, Body> & {
  defaultValues: DefaultValues<Values>;
  send: (body: Body) => Promise<unknown>;
  /** Words for an error that is about no field. */
  wordsOf: (error: unknown) => string | undefined;
  /** The fields of problems that are about one. */
  problemFaults?: (error: unknown) => FieldFault[];
  /** False for a form that a reader of its page may pass by: then a field that is left empty is not marked. */
  checksOnLeaving?: boolean;
};

/** `submit` resolves once it was sent, or once its faults are shown. */
export function useApiForm<Values extends FieldValues, Body>(options: ApiFormOptions<Values, Body>) {
  const { defaultValues, send, schema, wordsOf } = options;
  const words = useFaultWords();
  const form = useForm<Values, unknown, Body>({
    resolver: contractResolver(options),
    defaultValues,
    shouldFocusError: false,
  });
  const { submitCount } = form.formState;
  const inside = useFirstFaultOf(submitCount);
  const [refused, setRefused] = useState<unknown>();
  // While the first field is filled in.
  useEffect(() => void loadRules(schema).catch(() => undefined), [schema]);

  const { placed, unplaced } = faultsOfAnswer(refused, options, form.getValues());
  const ownFault = unplaced[0] && wordsFor(unplaced[0].fault, words);
  const formFault = ownFault ?? (placed.length > 0 ? undefined : wordsOf(refused));

  const show = (error: unknown) => {
    setRefused(error);
    for (const { field, fault } of faultsOfAnswer(error, options, form.getValues()).placed)
      form.setError(field as FieldPath<Values>, { type: 'server', message: textOf(fault) });
  };
  const submit = async (event?: React.SyntheticEvent) => {
    setRefused(undefined);
    await form.handleSubmit((body) => send(body).then(() => undefined, show))(event);
  };

  return {
    ...form,
    ...fieldsOf(form, words),
    submit,
    /** What is wrong with none of the fields. */
    formFault,
    /** For what is sent once it was confirmed. */
    showRefusal: show,
    /** For the form element. */
    formProps: {
      ref: inside,
      noValidate: true,
      ...(options.checksOnLeaving !== false && faultsOnLeaving(form)),
      onSubmit: (event: React.SyntheticEvent) => void submit(event),
    },
  };
}

/** For parts of a form inside a `FormProvider`. */
export function useApiFields<Values extends FieldValues>() {
  const form = useFormContext<Values>();
  return { ...form, ...fieldsOf(form, useFaultWords()) };
}

/** The words of all faults, in the language that is set. */
export function useFaultWords(): FaultWords {
  return faultWords[useLocale().locale];
}

type Registering<Values extends FieldValues> = Pick<UseFormReturn<Values, unknown, never>, 'register'>;

function fieldsOf<Values extends FieldValues>(
  form: Registering<Values> & { formState: { errors: object } },
  words: FaultWords,
) {
  /** The words of a field's fault; undefined if it has none. */
  const faultAt = (name: FieldPath<Values> | `${string}.root`): string | undefined => {
    const text: unknown = get(form.formState.errors, `${name}.message`);
    return typeof text === 'string' ? wordsFor(faultIn(text), words) : undefined;
  };
  /** What a field of this name needs, with the words of its fault. */
  const field = <Name extends FieldPath<Values>>(name: Name, options?: RegisterOptions<Values, Name>) => ({
    ...form.register(name, options),
    error: faultAt(name),
  });
  return { field, faultAt };
}

/** The faults that an answer names, by whether the form has the field. */
function faultsOfAnswer<Values extends FieldValues, Body>(
  error: unknown,
  { fieldOf, problemFaults, defaultValues }: ApiFormOptions<Values, Body>,
  values: Values,
): { placed: FieldFault[]; unplaced: FieldFault[] } {
  const named = serverFaults(error).map(({ path, fault }) => ({
    field: (fieldOf ? fieldOf(path, values) : path.join('.')) ?? '',
    fault,
  }));
  const faults = [...(problemFaults?.(error) ?? []), ...named];
  const isField = ({ field }: FieldFault) => Object.hasOwn(defaultValues, field.split('.')[0] ?? '');
  return { placed: faults.filter(isField), unplaced: faults.filter((each) => !isField(each)) };
}
