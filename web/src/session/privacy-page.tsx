/** What is stored of visitors, in short. docs/privacy.md has the same at length. */
import { useSearch } from 'wouter';
import { Notice } from '../design/notice.tsx';
import { Page } from '../design/page.tsx';
import { useLocale } from '../i18n/locale.tsx';
import type { Locale } from '../i18n/locales.ts';
import styles from './auth.module.css';
import { useOwnDataWords } from './own-data-words.ts';
import data from './own-data.module.css';

type Words = { title: string; lead: string; parts: { title: string; lines: string[] }[] };

const en: Words = {
  title: 'Privacy',
  lead: 'What we store about you, why, and for how long.',
  parts: [
    {
      title: 'Without an account',
      lines: [
        'Your network address, in memory for minutes, to limit how many requests one network sends, and in the logs of our servers.',
        'Language and colours you chose, on your own device.',
      ],
    },
    {
      title: 'With an account',
      lines: [
        'Name, e-mail address, language, and the password as a hash from which it cannot be read: until you delete the account.',
        'Where you are signed in: browser, system and shortened address, for 13 hours.',
        'Links that were mailed to you: two days.',
        'Entries in sales and what became of them, by your user number and without your name. The record of a sale stays complete, so that anybody can check that it was fair.',
      ],
    },
    {
      title: 'When you buy',
      lines: [
        'Orders, seats, payments, refunds and the receipt with your name: the law asks us to keep them for years.',
        'Cards are handled by the payment provider. We never see their numbers.',
        'The organizer of the event sees your name, e-mail address and seats.',
      ],
    },
    {
      title: 'When you delete your account',
      lines: [
        'Name, address, password, sign-ins and requests are deleted at once. The address is free again.',
        'Orders, payments, receipts and the record of sales stay, under a number. After the period that the law asks for, the name on receipts and what the payment provider knows a payment by are removed too.',
        'You can delete it on the page of your account, once nothing is under way: no seats held, no payment open, no tickets for an event to come.',
      ],
    },
    {
      title: 'Your rights',
      lines: [
        'You can download all that we store about you on the page of your account, also while you are banned.',
      ],
    },
  ],
};

const zhHant: Words = {
  title: '隱私權',
  lead: '我們儲存哪些關於你的資料、原因與保留期限。',
  parts: [
    {
      title: '沒有帳號時',
      lines: [
        '你的網路位址：為限制每個網路的請求數，在記憶體中保留數分鐘，並記錄於伺服器的日誌。',
        '你選擇的語言與配色：儲存在你自己的裝置上。',
      ],
    },
    {
      title: '有帳號時',
      lines: [
        '姓名、電子郵件、語言，以及無法還原的密碼雜湊：保留到你刪除帳號為止。',
        '登入中的裝置：瀏覽器、系統與縮短的網路位址，保留 13 小時。',
        '寄給你的連結：兩天。',
        '你在銷售中的購票紀錄與結果：以使用者編號記錄，不含姓名。為了讓任何人都能查核銷售是否公平，紀錄會完整保留。',
      ],
    },
    {
      title: '購票時',
      lines: [
        '訂單、座位、付款、退款，以及載有姓名的收據：依法須保留數年。',
        '信用卡由付款服務商處理，我們不會看到卡號。',
        '活動的主辦單位會看到你的姓名、電子郵件與座位。',
      ],
    },
    {
      title: '刪除帳號時',
      lines: [
        '姓名、電子郵件、密碼、登入紀錄與申請會立即刪除，電子郵件可以再次註冊。',
        '訂單、付款、收據與銷售紀錄會以編號保留。法定期限過後，收據上的姓名與付款服務商的識別碼也會移除。',
        '在帳號頁面即可刪除，前提是沒有進行中的事項：沒有保留中的座位、未完成的付款，或尚未舉行的活動門票。',
      ],
    },
    {
      title: '你的權利',
      lines: ['你可以在帳號頁面下載我們儲存的所有資料，即使帳號被停權也可以。'],
    },
  ],
};

const words: Record<Locale, Words> = { en, 'zh-Hant': zhHant };

export default function PrivacyPage() {
  const { title, lead, parts } = words[useLocale().locale];
  const { deleted } = useOwnDataWords();
  const isDeleted = new URLSearchParams(useSearch()).has('deleted');
  return (
    <Page title={title} narrow>
      <div className={data.privacy}>
        {isDeleted && <Notice tone="good">{deleted}</Notice>}
        <header>
          <h1>{title}</h1>
          <p className={styles.lead}>{lead}</p>
        </header>
        {parts.map((part) => (
          <section key={part.title}>
            <h2>{part.title}</h2>
            <ul className={data.list}>
              {part.lines.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Page>
  );
}
