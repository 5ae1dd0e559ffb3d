import { useQueryClient } from '@tanstack/react-query';
import { ask } from '../../api/http.ts';
import { useSay } from '../../design/announcer.tsx';
import { Button } from '../../design/button.tsx';
import { Field } from '../../design/field.tsx';
import { SaveFault } from '../../forms/save-fault.tsx';
import { useApiForm } from '../../forms/use-api-form.ts';
import { AreaField } from '../../staff/fields.tsx';
import { sellerQuery, type OwnSeller } from '../../staff/queries.ts';
import { useStaffFault } from '../../staff/use-staff-fault.ts';
import { useWords } from '../../staff/use-words.ts';
import styles from '../form.module.css';
import { LeaveGuard } from '../leave-guard.tsx';

type SellerValues = { name: string; address: string; taxNumber: string };

const schema = async () => (await import('@seatdrop/shared/contract/seller.ts')).sellerDetails;

const bodyOf = ({ taxNumber, ...facts }: SellerValues) =>
  taxNumber.trim() === '' ? facts : { ...facts, taxNumber };

const valuesOf = ({ seller }: OwnSeller): SellerValues => ({
  name: seller?.name ?? '',
  address: seller?.address ?? '',
  taxNumber: seller?.taxNumber ?? '',
});

export function SellerForm({ seller, userId }: OwnSeller & { userId: number }) {
  const words = useWords();
  const faultOf = useStaffFault();
  const client = useQueryClient();
  const say = useSay();
  const form = useApiForm({
    schema,
    bodyOf,
    defaultValues: valuesOf({ seller }),
    async send(body) {
      const { data } = await ask<OwnSeller>('PUT', '/seller', { body });
      client.setQueryData(sellerQuery(userId).queryKey, data);
      form.reset(valuesOf(data));
      say(words.seller.saved);
    },
    wordsOf: faultOf,
  });
  const { field } = form;
  const { errors, isSubmitting, isDirty } = form.formState;
  return (
    <form {...form.formProps} className={styles.form}>
      <LeaveGuard when={isDirty} />
      <div className={styles.panel}>
        <Field {...field('name')} label={words.seller.name} autoComplete="organization" />
        <AreaField
          {...field('address')}
          label={words.seller.address}
          hint={words.seller.addressHint}
          autoComplete="street-address"
          rows={4}
        />
        <Field
          {...field('taxNumber')}
          label={words.seller.taxNumber}
          hint={words.seller.taxNumberHint}
          autoComplete="off"
        />
      </div>
      <SaveFault errors={errors} fault={form.formFault} />
      <div className={styles.buttons}>
        <Button type="submit" busy={isSubmitting}>
          {words.form.save}
        </Button>
      </div>
    </form>
  );
}
