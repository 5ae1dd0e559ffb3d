import { Controller, useFieldArray, useWatch } from 'react-hook-form';
import { Button } from '../../design/button.tsx';
import { Choices } from '../../design/choices.tsx';
import { Field } from '../../design/field.tsx';
import { Plus, Trash } from '../../design/icons.tsx';
import { useApiFields } from '../../forms/use-api-form.ts';
import { useWords } from '../../staff/use-words.ts';
import styles from '../form.module.css';
import type { DropValues } from './drop-values.ts';
import own from './question-card.module.css';
import { QuestionPreview } from './question-preview.tsx';
import { Square } from './seats-panel.tsx';

/** One question: what is asked, how it is answered, and beside it what a buyer will see. */
export function QuestionCard({ index, remove }: { index: number; remove: (() => void) | undefined }) {
  const words = useWords();
  const { field: fieldOf, control } = useApiFields<DropValues>();
  const question = useWatch({ control, name: `questions.${index}` });
  return (
    <fieldset className={styles.card}>
      <legend className="unseen">{words.drop.question(index + 1)}</legend>
      <div className={styles.cardHead}>
        <span aria-hidden="true">{words.drop.question(index + 1)}</span>
        {remove && (
          <Square
            label={words.drop.removeQuestion(index + 1)}
            off={false}
            onClick={remove}
            icon={<Trash />}
          />
        )}
      </div>
      <div className={styles.columns}>
        <div className={styles.fields}>
          <Field {...fieldOf(`questions.${index}.text`)} label={words.drop.questionText} autoComplete="off" />
          <Controller
            control={control}
            name={`questions.${index}.kind`}
            render={({ field }) => (
              <Choices
                legend={words.drop.kind}
                inRow
                choices={(['choices', 'text'] as const).map((kind) => ({
                  value: kind,
                  label: words.drop.kinds[kind],
                }))}
                value={field.value}
                onChange={field.onChange}
              />
            )}
          />
          {question.kind === 'text' ? (
            <Field
              {...fieldOf(`questions.${index}.answer`)}
              label={words.drop.answer}
              hint={words.drop.answerHint}
              autoComplete="off"
            />
          ) : (
            <ChoiceFields index={index} />
          )}
        </div>
        <div className={styles.beside}>
          <p className={own.caption}>{words.drop.preview}</p>
          <QuestionPreview question={question} />
        </div>
      </div>
    </fieldset>
  );
}

const fewestChoices = 2;
const mostChoices = 20;

function ChoiceFields({ index }: { index: number }) {
  const words = useWords();
  const { field: fieldOf, faultAt, control, formState, setValue } = useApiFields<DropValues>();
  const { fields, append, remove } = useFieldArray({ control, name: `questions.${index}.choices` });
  const right = useWatch({ control, name: `questions.${index}.right` });
  const fault = faultAt(`questions.${index}.answer`);
  const mark = (choice: number) =>
    setValue(`questions.${index}.right`, String(choice), {
      shouldDirty: true,
      shouldValidate: formState.isSubmitted,
    });

  const removeChoice = (choice: number) => {
    remove(choice);
    // The right one stays right when one above it goes.
    const marked = Number(right);
    if (choice < marked) mark(marked - 1);
    if (choice === marked) mark(0);
  };

  return (
    <fieldset aria-describedby={fault ? `choices-fault-${index}` : undefined}>
      <legend className={own.legend}>{words.drop.choices}</legend>
      <ol className={own.choices}>
        {fields.map((field, choice) => (
          <li key={field.id} className={own.choice}>
            <input
              type="radio"
              name={`right-${index}`}
              className={own.right}
              aria-label={words.drop.right(choice + 1)}
              checked={right === String(choice)}
              onChange={() => mark(choice)}
            />
            <ChoiceField
              {...fieldOf(`questions.${index}.choices.${choice}.text`)}
              label={words.drop.choice(choice + 1)}
            />
            {fields.length > fewestChoices && (
              <Square
                label={words.drop.removeChoice(choice + 1)}
                off={false}
                onClick={() => removeChoice(choice)}
                icon={<Trash />}
              />
            )}
          </li>
        ))}
      </ol>
      {fault && (
        <p id={`choices-fault-${index}`} className={styles.error}>
          {fault}
        </p>
      )}
      {fields.length < mostChoices && (
        <Button look="bare" onClick={() => append({ text: '' })}>
          <Plus /> {words.drop.addChoice}
        </Button>
      )}
    </fieldset>
  );
}

type ChoiceFieldProps = {
  label: string;
  error: string | undefined;
} & React.InputHTMLAttributes<HTMLInputElement> & {
    ref?: React.Ref<HTMLInputElement>;
  };

/** The label is only spoken: three of them under each other would say the same to whoever sees them. */
function ChoiceField({ label, error, ...input }: ChoiceFieldProps) {
  return (
    <div className={own.field}>
      <input
        dir="auto"
        {...input}
        className={own.input}
        aria-label={label}
        aria-invalid={error ? true : undefined}
        autoComplete="off"
      />
      {error && <p className={styles.error}>{error}</p>}
    </div>
  );
}
