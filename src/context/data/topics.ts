/**
 * Beginnings of words, folded, by the topic they speak of, separated by `|`. A label must read well
 * behind "about". The last list of each topic is of scripts without spaces, or whose words take
 * prefixes: those are looked for anywhere in a text.
 */
export const TOPICS: Readonly<Record<string, { words: string; anywhere: string }>> = {
  delivery: {
    words: [
      'deliver|shipping|shipment|shipped|parcel|package|courier|tracking|liefer|geliefert',
      'paket|versand|versend|zustell|sendung|entrega|envio|paquete|livraison|livre |colis',
      'expedi|consegna|spedizione|pacco|encomenda|bezorg|pakket|доставк|посылк|kargo|przesylk',
    ].join('|'),
    anywhere:
      '配送|配達|荷物|届か|届き|快递|包裹|发货|物流|배송|택배|توصيل|الشحن|شحنة|طرد|משלוח|חבילה',
  },
  billing: {
    words: [
      'bill|invoice|charge|payment|overcharg|debit|receipt|rechnung|abgebucht|abbuch|zahlung',
      'bezahl|gebuhr|factura|cobro|cobrad|pago|facture|paiement|preleve|fattura|pagamento',
      'addebit|fatura|cobranca|factuur|betaling|счет|оплат|faktur|platnosc|odeme',
    ].join('|'),
    anywhere: '請求|支払|決済|账单|发票|付款|扣款|결제|청구|فاتورة|الدفع|חשבונית|תשלום|חיוב',
  },
  returns: {
    words: [
      'return|refund|exchange|money back|ruckgabe|rucksend|retoure|erstatt|ruckerstatt',
      'umtausch|zuruckschick|devolucion|devolver|reembols|retour|rembours|echang|reso |rimbors',
      'devolucao|terugbetal|возврат|вернуть|zwrot|iade',
    ].join('|'),
    anywhere: '返品|返金|交換|退款|退货|换货|환불|반품|استرجاع|استرداد|إرجاع|החזר|להחזיר',
  },
  'account access': {
    words: [
      'password|log in|login|log on|logged out|locked out|sign in|signin|passwor|kennwort',
      'anmeld|einlogg|contrasena|iniciar sesion|mot de passe|connexion|connecter|accedere',
      'senha|wachtwoord|inlogg|парол|haslo|zalogow|sifre',
    ].join('|'),
    anywhere:
      'パスワード|ログイン|密码|登录|비밀번호|로그인|كلمة المرور|كلمة السر|تسجيل الدخول|סיסמ|להתחבר',
  },
  'technical support': {
    words: [
      'error|crash|bug|freez|frozen|not working|doesn t work|doesnt work|stopped working',
      'won t start|broken|router|wifi|fehler|absturz|sturzt ab|funktioniert nicht|geht nicht',
      'kaputt|no funciona|averia|ne marche pas|ne fonctionne|erreur|panne|non funziona|errore',
      'guasto|nao funciona|erro |werkt niet|storing|не работает|ошибк|nie dziala|calismiyor',
    ].join('|'),
    anywhere: 'エラー|故障|動かな|不具合|无法使用|报错|고장|오류|عطل|لا يعمل|خطأ|תקלה|לא עובד',
  },
  appointments: {
    words: [
      'appointment|reschedul|technician visit|termin |terminvereinbar|terminversch|cita |citas',
      'rendez vous|appuntament|agendament|afspraak|запис|wizyt|randevu',
    ].join('|'),
    anywhere: '予約|预约|예약|موعد|פגישה|תור ',
  },
  cancellation: {
    words: [
      'cancel|terminate|unsubscrib|kundig|storn|widerruf|anular|darme de baja|annul|resili',
      'disdett|disdire|opzegg|отмен|anulow|iptal',
    ].join('|'),
    anywhere: '解約|キャンセル|取消|取り消|취소|해지|إلغاء|ביטול|לבטל',
  },
};
