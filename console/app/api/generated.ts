// Made by a test of crates/server/src/reference from the list of methods; change what a method declares instead.
// PUNCHCARD_WRITE_DOCS=1 cargo nextest run --workspace -E 'test(/^reference::/)'

/** What has no members. */
export type Empty = Record<string, never>;
/** A text that says this in JSON. */
export type Json<T> = string & { readonly of?: T };

/** What a member of a request may hold. */
export interface Limit {
  readonly kind: Kind;
  readonly required?: true;
  /** The most characters of a text or of JSON, the greatest number, the most elements of a list. */
  readonly max?: number;
  readonly form?: string;
  readonly choices?: readonly string[];
  readonly of?: Limit;
  readonly members?: Limits;
}
export interface Limits {
  readonly [member: string]: Limit;
}
export type Kind =
  | 'text'
  | 'form'
  | 'integer'
  | 'amount'
  | 'date'
  | 'file'
  | 'flag'
  | 'count'
  | 'counts'
  | 'choice'
  | 'list'
  | 'object'
  | 'json';

export interface EntryFacts {
  readonly writes: boolean;
  /** The right that an operator needs. */
  readonly need: 'nothing' | 'read' | 'market' | 'money' | 'develop' | 'own';
  /** Whether it is about one merchant: never one of `none`, always one of `required`. */
  readonly pid: 'none' | 'optional' | 'required';
}

export interface Methods {
  'koubei.marketing.campaign.tags.query': {
    request: Empty;
    response: {
      /** The tags: the eight of the platform, then the merchant's own. */
      tags: Json<{
        /** What `tagCode` of a condition names. */
        code: string;
        /** The name, for people. */
        name: string;
        /** The values that a member may have; empty for a tag without a closed list. */
        valueRange: {
          /** The value, as conditions have it. */
          value: string;
          /** The value, for people. */
          label: string;
        }[];
      }[]>;
    };
  };
  'koubei.marketing.campaign.crowd.count': {
    request: {
      /** The conditions to count by. They win over `crowd_group_id`. */
      conditions?: string | undefined;
      /** The crowd to count. One of both fields is required. */
      crowd_group_id?: string | undefined;
      /** The tags to break the count down by. */
      dimensions?: string | undefined;
    };
    response: {
      /** How many members meet the conditions; and what they paid, once the merchant has trades. */
      summary_values: Json<{
        /** How many members. */
        total: number;
        /** What they paid the merchant, yuan. */
        sum?: string;
      }>;
      /** The members by each dimension, in the order asked for; where dimensions were asked for. */
      dimension_values?: Json<{
        /** The dimension, by its tag's code. */
        label: string;
        /** How many members have each value: by the value's label, or by the value where it has none. */
        value: Record<string, number>;
      }[]>;
    };
  };
  'koubei.marketing.campaign.crowd.create': {
    request: {
      /** The caller's serial number; the idempotency key, within the merchant. */
      out_biz_no: string;
      /** The name of the crowd; it need not be unique. */
      name: string;
      /** What the members of the crowd have in common: every condition holds. */
      conditions: string;
    };
    response: {
      /** The id of the new crowd. */
      crowd_group_id: string;
    };
  };
  'koubei.marketing.campaign.crowd.modify': {
    request: {
      /** The caller's serial number; the idempotency key, within the crowd. */
      out_biz_no: string;
      /** The crowd, by its id. */
      crowd_group_id: string;
      /** What the members of the crowd have in common from now on: every condition holds. */
      conditions: string;
    };
    response: Empty;
  };
  'koubei.marketing.campaign.crowd.delete': {
    request: {
      /** The crowd, by its id. */
      crowd_group_id: string;
    };
    response: Empty;
  };
  'koubei.marketing.campaign.crowd.batchquery': {
    request: {
      /** Part of the name; every crowd when absent. */
      name?: string | undefined;
      /** The page, counted from 1; 1 when absent. */
      page_number?: number | string | undefined;
      /** Crowds on a page; 20 when absent. */
      page_size?: number | string | undefined;
    };
    response: {
      /** The crowds; `[]` past the end. */
      crowd_group_sets: Json<{
        /** The id of the crowd. */
        id: string;
        /** The name of the crowd. */
        name: string;
        /** ENABLE: deleted crowds are not listed. */
        status: string;
      }[]>;
      /** How many crowds there are on all pages. */
      total_number: string;
    };
  };
  'koubei.marketing.campaign.crowd.detail.query': {
    request: {
      /** The crowd, by its id. */
      crowd_group_id: string;
    };
    response: {
      /** The conditions in normal form. */
      crowd_group_info: Json<{
        /** The operator, such as `EQ` or `IN`. Each type of tag has its own. */
        op: string;
        /** The tag, by its code in `tags.query`. */
        tagCode: string;
        /** What the tag's value is compared with. `IN` and `NOTIN` take several, joined by commas. */
        value: string;
        /** The same as `tagCode`, where the array stands in no String. */
        tag_code?: string;
      }[]>;
      /** The name of the crowd. */
      name: string;
    };
  };
  'koubei.marketing.campaign.activity.create': {
    request: {
      /** The caller's serial number; the idempotency key, within the merchant. */
      out_biz_no: string;
      /** The name of the activity; it need not be unique. */
      name: string;
      /** The kind of activity. POINT_SEND and DIRECT_SEND are served. */
      type: 'POINT_SEND' | 'DIRECT_SEND' | 'CONSUME_SEND' | 'REAL_TIME_SEND' | 'GUESS_SEND' | 'RECHARGE_SEND';
      /** When the activity begins. */
      start_time: string;
      /** When the activity ends: after `start_time` and after now. */
      end_time: string;
      /** A description. */
      desc?: string | undefined;
      /** How many prizes there are; required for DIRECT_SEND. */
      budget_info?: {
        /** How many prizes there are in all. */
        budget_total: number | string;
        /** What is counted. */
        budget_type: 'QUANTITY';
        /** The period that `sub_value` is for. */
        sub_budget_dimension?: 'D' | undefined;
        /** How many prizes there are in one such period, at most `budget_total`; required with `sub_budget_dimension`. */
        sub_value?: number | string | undefined;
      } | undefined;
      /** The shops that the activity is for, and who may take part. */
      constraint_info: {
        /** The ids of the merchant's shops that the activity is for. Required. */
        suit_shops?: string[] | undefined;
        /** How often one user may take part in all; unlimited when absent. */
        user_win_count?: number | string | undefined;
        /** How often one user may take part in a calendar day, ISO week or month of UTC+8; unlimited when absent. */
        user_win_frequency?: string | undefined;
        /** The crowd whose members alone may take part; of DIRECT_SEND. */
        crowd_group_id?: string | undefined;
        /** Who may take part, beside the crowd. */
        crowd_restriction?: 'NEW_MEMBER_PROMO' | 'STUDENT' | 'MEMBER_CARD' | undefined;
        /** The member cards of MEMBER_CARD, joined by commas; required with it, absent otherwise. */
        crowd_restriction_value?: string | undefined;
        /** Refused: for activities of types that are not served. */
        min_cost?: string | undefined;
        /** Kept and given back: for activities of types that are not served. */
        item_ids?: string[] | undefined;
        /** Kept and given back; nothing reads it. */
        cash_pool_id?: string | undefined;
        /** Kept and given back; nothing reads it. */
        subsidy_percent?: string | undefined;
      };
      /** What the activity gives: one point card for POINT_SEND, 1 to 20 coupons for DIRECT_SEND. */
      promo_tools: {
        /** The coupon; required for DIRECT_SEND, absent for POINT_SEND. */
        voucher?: {
          /** What the coupon takes off. */
          type: 'MONEY' | 'EXCHANGE' | 'REDUCETO' | 'RATE' | 'PER_FULL_CUT';
          /** The name of the coupon. */
          name: string;
          /** The second line of the name. */
          brand_name: string;
          /** The id of the logo. */
          logo: string;
          /** The id of a picture. */
          voucher_img?: string | undefined;
          /** A description. */
          desc?: string | undefined;
          /** How to use the coupon, in words. */
          use_instructions?: string[] | undefined;
          /** What the coupon is worth, or (REDUCETO) the price of a piece with it, yuan; required for MONEY, REDUCETO and PER_FULL_CUT. */
          worth_value?: string | undefined;
          /** The most that a RATE or PER_FULL_CUT takes off, yuan. */
          max_amount?: string | undefined;
          /** What remains to be paid, of RATE; required there. */
          rate?: string | undefined;
          /** How the time is given in which the coupon can be used. */
          validate_type: 'FIXED' | 'RELATIVE';
          /** When a FIXED coupon begins; required there. */
          start_time?: string | undefined;
          /** When a FIXED coupon ends, after the activity; required there. */
          end_time?: string | undefined;
          /** How many days a RELATIVE coupon lasts; required there. */
          relative_time?: number | string | undefined;
          /** When the days of a RELATIVE coupon begin; IMMEDIATELY when absent. */
          effect_type?: 'IMMEDIATELY' | 'DELAY' | undefined;
          /** How long a DELAY is; required there. */
          delay_info?: {
            /** How the delay is counted. */
            type: 'ABSOLUTELY' | 'BYDAY';
            /** The delay, minutes. */
            value: number | string;
          } | undefined;
          /** Whether the coupon may be given away. Kept and given back. */
          donate_flag?: 'true' | 'false' | undefined;
          /** With which other coupons this one may be used; NO_MULTI when absent. */
          multi_use_mode?: 'NO_MULTI' | 'MULTI_USE_WITH_SINGLE' | 'MULTI_USE_WITH_OTHERS' | undefined;
          /** How what remains to be paid is rounded; not at all when absent. */
          rounding_rule?: 'NOT_AUTO_ROUNDING' | 'AUTO_ROUNDING_YUAN' | 'AUTO_ROUNDING_JIAO' | 'ROUNDING_UP_YUAN' | 'ROUNDING_UP_JIAO' | undefined;
          /** Who redeems an EXCHANGE coupon; the merchant when absent. Of no other type. */
          verify_mode?: 'USER_CLICK' | 'MERCHANT_SCAN' | undefined;
          /** A note for the till: `voucher_detail_list[].memo` in trades. */
          voucher_note?: string | undefined;
          /** Kept and given back; nothing reads it. */
          allow_split?: boolean | undefined;
          /** Kept and given back; nothing reads it. */
          ext_info?: string | undefined;
          /** Terms, in words. */
          clause_terms?: {
            /** The title. */
            title?: string | undefined;
            /** The terms. */
            descriptions?: string[] | undefined;
          }[] | undefined;
          /** Details, in words. */
          desc_detail_list?: {
            /** The title. */
            title?: string | undefined;
            /** The details. */
            details?: string[] | undefined;
            /** Addresses of pictures. */
            images?: string[] | undefined;
            /** The address of a page that says more. */
            url?: string | undefined;
          }[] | undefined;
          /** How the coupon is advertised. */
          display_config?: {
            /** A slogan; required where the activity has a crowd and the channel PAYMENT_RESULT or SHOP_DETAIL. */
            slogan?: string | undefined;
            /** The id of a picture; required where the activity has a crowd and the channel SHOP_DETAIL. */
            slogan_img?: string | undefined;
          } | undefined;
          /** The goods that the coupon is for; required for REDUCETO, absent for EXCHANGE. */
          item_info?: {
            /** The merchant's numbers of the goods, as `goods_detail` of a trade has them; one at least. */
            item_ids: string[];
            /** What the goods are called. */
            item_name?: string | undefined;
            /** What the coupon does for the goods, in words. */
            item_text?: string | undefined;
            /** The ids of pictures. */
            item_imgs?: string[] | undefined;
            /** The address of a page that says more. */
            item_link?: string | undefined;
            /** The price of one piece without the coupon, yuan; required for REDUCETO. */
            original_price?: string | undefined;
            /** The most pieces of each of the goods that are discounted. */
            max_discount_num?: number | string | undefined;
            /** The least pieces of one of the goods that must be bought. */
            min_consume_num?: number | string | undefined;
            /** The most pieces of all goods together that are discounted. */
            total_max_discount_num?: number | string | undefined;
            /** The least amount that must be spent on the goods, yuan. */
            sku_min_consume?: string | undefined;
          } | undefined;
          /** Where and when the coupon may be used. */
          use_rule: {
            /** The ids of the shops where the coupon may be used: the same set as `constraint_info.suit_shops`. Required. */
            suit_shops?: string[] | undefined;
            /** The least amount that the coupon takes from, yuan. */
            min_consume?: string | undefined;
            /** The hours of the week in which the coupon may be used; any when absent. */
            use_time?: {
              /** The period that `values` are days of. */
              dimension: 'W';
              /** The weekdays, joined by commas: `1,3,5`; 1 is Monday. */
              values: string;
              /** The hours, from and to: `16:00:00,20:00:00^21:00:00,22:00:00`. They must not overlap. */
              times: string;
            }[] | undefined;
            /** The days on which the coupon may not be used. */
            forbidden_time?: {
              /** Ranges of days, from and to: `2016-05-01,2016-05-03^2016-10-01,2016-10-07`. */
              days?: string | undefined;
            } | undefined;
            /** With which ways to pay the coupon may be used; any when absent. */
            limit_rule?: 'USE_NO_LIMIT' | 'USE_ON_CURRENT_PAY_CHANNEL' | 'NOT_ALLOWED_USE' | undefined;
            /** Kept and given back; nothing reads it. */
            pay_redirect_url?: string | undefined;
            /** Kept and given back; nothing reads it. */
            ext_info?: string | undefined;
          };
        } | undefined;
        /** The point card; required for POINT_SEND, absent for DIRECT_SEND. */
        point_card?: {
          /** The name of the card. */
          name: string;
          /** A description in at most 16 characters. */
          desc?: string | undefined;
          /** The id of the picture. */
          logo: string;
          /** When the card begins. */
          start_time: string;
          /** When the card ends: after the activity. */
          end_time: string;
          /** The kind of card; POINT_CARD when absent. */
          type?: 'POINT_CARD' | undefined;
        } | undefined;
        /** How the coupon is given. */
        send_rule?: {
          /** Whether a user who holds one unused may take another; no when absent. */
          allow_repeat_send?: 'true' | 'false' | undefined;
          /** Refused: for activities of types that are not served. */
          min_cost?: string | undefined;
          /** Refused: for activities of types that are not served. */
          send_budget?: number | string | undefined;
          /** How many coupons a user gets at once; 1 when absent. */
          send_num?: number | string | undefined;
        } | undefined;
        /** The platform's number of the tool: the prize id of a coupon, the activity_account of a point card. In `activity.modify` it says which tool is meant; ignored when an activity is created. */
        voucher_no?: string | undefined;
      }[];
      /** Where members find the activity; required for DIRECT_SEND, absent for POINT_SEND. */
      publish_channels?: {
        /** Where the activity is found. */
        type: 'QR_CODE' | 'SHORT_LINK' | 'SHOP_DETAIL' | 'PAYMENT_RESULT' | 'MERCHANT_CROWD' | 'URL_WITH_TOKEN' | 'EXTERNAL';
        /** What the merchant calls the channel. */
        name?: string | undefined;
        /** JSON text. Required for MERCHANT_CROWD (`{"PASSWORD":"…","BACKGROUND_LOGO":"…"}`); ignored for URL_WITH_TOKEN, where an answer has the address of the coupon page. */
        config?: string | undefined;
        /** Kept and given back; nothing reads it. */
        ext_info?: string | undefined;
      }[] | undefined;
      /** The other merchants whose shops are asked to join. Kept and given back; nobody is asked. */
      recruit_tool?: {
        /** When the recruitment begins. */
        start_time?: string | undefined;
        /** When the recruitment ends. */
        end_time?: string | undefined;
        /** Whether the activity's own shops need not be asked. */
        exclude_constraint_shops?: boolean | undefined;
        /** The merchants that are asked. Not given back. */
        pid_shops?: {
          /** The merchant, by its account id. */
          pid: string;
          /** The ids of its shops. */
          shop_ids: string[];
        }[] | undefined;
      } | undefined;
      /** Whether the end moves on by the length of the activity instead of ending it; only where every coupon is RELATIVE. */
      auto_delay_flag?: 'Y' | 'N' | undefined;
      /** Kept and given back. */
      ext_info?: string | undefined;
    };
    response: {
      /** The id of the activity. */
      camp_id: string;
      /** STARTED; or CREATED, which waits for an audit. A repeat is answered with the status of now. */
      camp_status: string;
      /** AUDITING while an audit is waited for, REJECT after one that rejected. */
      audit_status?: string;
    };
  };
  'koubei.marketing.campaign.activity.query': {
    request: {
      /** The activity, by its id. */
      camp_id: string;
    };
    response: {
      /** The activity. */
      camp_detail: {
        /** The id of the activity. */
        id: string;
        /** CREATED, STARTED, CLOSED, FINISHED or DISABLED. */
        status: string;
        /** AUDITING while an audit is waited for, REJECT after one that rejected. */
        audit_status?: string;
        /** The name of the activity. */
        name: string;
        /** The kind of activity. */
        type: 'POINT_SEND' | 'DIRECT_SEND' | 'CONSUME_SEND' | 'REAL_TIME_SEND' | 'GUESS_SEND' | 'RECHARGE_SEND';
        /** When the activity begins. */
        start_time: string;
        /** When the activity ends. */
        end_time: string;
        /** The description. */
        desc?: string;
        /** How many prizes there are. */
        budget_info?: {
          /** How many prizes there are in all. */
          budget_total: number;
          /** What is counted. */
          budget_type: 'QUANTITY';
          /** The period that `sub_value` is for. */
          sub_budget_dimension?: 'D';
          /** How many prizes there are in one such period, at most `budget_total`; required with `sub_budget_dimension`. */
          sub_value?: number;
        };
        /** The shops that the activity is for, and who may take part. */
        constraint_info: {
          /** The ids of the merchant's shops that the activity is for. Required. */
          suit_shops?: string[];
          /** How often one user may take part in all; unlimited when absent. */
          user_win_count?: number;
          /** How often one user may take part in a calendar day, ISO week or month of UTC+8; unlimited when absent. */
          user_win_frequency?: string;
          /** The crowd whose members alone may take part; of DIRECT_SEND. */
          crowd_group_id?: string;
          /** Who may take part, beside the crowd. */
          crowd_restriction?: 'NEW_MEMBER_PROMO' | 'STUDENT' | 'MEMBER_CARD';
          /** The member cards of MEMBER_CARD, joined by commas; required with it, absent otherwise. */
          crowd_restriction_value?: string;
          /** Refused: for activities of types that are not served. */
          min_cost?: string;
          /** Kept and given back: for activities of types that are not served. */
          item_ids?: string[];
          /** Kept and given back; nothing reads it. */
          cash_pool_id?: string;
          /** Kept and given back; nothing reads it. */
          subsidy_percent?: string;
        };
        /** What the activity gives. */
        promo_tools: {
          /** The coupon; required for DIRECT_SEND, absent for POINT_SEND. */
          voucher?: {
            /** What the coupon takes off. */
            type: 'MONEY' | 'EXCHANGE' | 'REDUCETO' | 'RATE' | 'PER_FULL_CUT';
            /** The name of the coupon. */
            name: string;
            /** The second line of the name. */
            brand_name: string;
            /** The id of the logo. */
            logo: string;
            /** The id of a picture. */
            voucher_img?: string;
            /** A description. */
            desc?: string;
            /** How to use the coupon, in words. */
            use_instructions?: string[];
            /** What the coupon is worth, or (REDUCETO) the price of a piece with it, yuan; required for MONEY, REDUCETO and PER_FULL_CUT. */
            worth_value?: string;
            /** The most that a RATE or PER_FULL_CUT takes off, yuan. */
            max_amount?: string;
            /** What remains to be paid, of RATE; required there. */
            rate?: string;
            /** How the time is given in which the coupon can be used. */
            validate_type: 'FIXED' | 'RELATIVE';
            /** When a FIXED coupon begins; required there. */
            start_time?: string;
            /** When a FIXED coupon ends, after the activity; required there. */
            end_time?: string;
            /** How many days a RELATIVE coupon lasts; required there. */
            relative_time?: number;
            /** When the days of a RELATIVE coupon begin; IMMEDIATELY when absent. */
            effect_type?: 'IMMEDIATELY' | 'DELAY';
            /** How long a DELAY is; required there. */
            delay_info?: {
              /** How the delay is counted. */
              type: 'ABSOLUTELY' | 'BYDAY';
              /** The delay, minutes. */
              value: number;
            };
            /** Whether the coupon may be given away. Kept and given back. */
            donate_flag?: 'true' | 'false';
            /** With which other coupons this one may be used; NO_MULTI when absent. */
            multi_use_mode?: 'NO_MULTI' | 'MULTI_USE_WITH_SINGLE' | 'MULTI_USE_WITH_OTHERS';
            /** How what remains to be paid is rounded; not at all when absent. */
            rounding_rule?: 'NOT_AUTO_ROUNDING' | 'AUTO_ROUNDING_YUAN' | 'AUTO_ROUNDING_JIAO' | 'ROUNDING_UP_YUAN' | 'ROUNDING_UP_JIAO';
            /** Who redeems an EXCHANGE coupon; the merchant when absent. Of no other type. */
            verify_mode?: 'USER_CLICK' | 'MERCHANT_SCAN';
            /** A note for the till: `voucher_detail_list[].memo` in trades. */
            voucher_note?: string;
            /** Kept and given back; nothing reads it. */
            allow_split?: boolean;
            /** Kept and given back; nothing reads it. */
            ext_info?: string;
            /** Terms, in words. */
            clause_terms?: {
              /** The title. */
              title?: string;
              /** The terms. */
              descriptions?: string[];
            }[];
            /** Details, in words. */
            desc_detail_list?: {
              /** The title. */
              title?: string;
              /** The details. */
              details?: string[];
              /** Addresses of pictures. */
              images?: string[];
              /** The address of a page that says more. */
              url?: string;
            }[];
            /** How the coupon is advertised. */
            display_config?: {
              /** A slogan; required where the activity has a crowd and the channel PAYMENT_RESULT or SHOP_DETAIL. */
              slogan?: string;
              /** The id of a picture; required where the activity has a crowd and the channel SHOP_DETAIL. */
              slogan_img?: string;
            };
            /** The goods that the coupon is for; required for REDUCETO, absent for EXCHANGE. */
            item_info?: {
              /** The merchant's numbers of the goods, as `goods_detail` of a trade has them; one at least. */
              item_ids: string[];
              /** What the goods are called. */
              item_name?: string;
              /** What the coupon does for the goods, in words. */
              item_text?: string;
              /** The ids of pictures. */
              item_imgs?: string[];
              /** The address of a page that says more. */
              item_link?: string;
              /** The price of one piece without the coupon, yuan; required for REDUCETO. */
              original_price?: string;
              /** The most pieces of each of the goods that are discounted. */
              max_discount_num?: number;
              /** The least pieces of one of the goods that must be bought. */
              min_consume_num?: number;
              /** The most pieces of all goods together that are discounted. */
              total_max_discount_num?: number;
              /** The least amount that must be spent on the goods, yuan. */
              sku_min_consume?: string;
            };
            /** Where and when the coupon may be used. */
            use_rule: {
              /** The ids of the shops where the coupon may be used: the same set as `constraint_info.suit_shops`. Required. */
              suit_shops?: string[];
              /** The least amount that the coupon takes from, yuan. */
              min_consume?: string;
              /** The hours of the week in which the coupon may be used; any when absent. */
              use_time?: {
                /** The period that `values` are days of. */
                dimension: 'W';
                /** The weekdays, joined by commas: `1,3,5`; 1 is Monday. */
                values: string;
                /** The hours, from and to: `16:00:00,20:00:00^21:00:00,22:00:00`. They must not overlap. */
                times: string;
              }[];
              /** The days on which the coupon may not be used. */
              forbidden_time?: {
                /** Ranges of days, from and to: `2016-05-01,2016-05-03^2016-10-01,2016-10-07`. */
                days?: string;
              };
              /** With which ways to pay the coupon may be used; any when absent. */
              limit_rule?: 'USE_NO_LIMIT' | 'USE_ON_CURRENT_PAY_CHANNEL' | 'NOT_ALLOWED_USE';
              /** Kept and given back; nothing reads it. */
              pay_redirect_url?: string;
              /** Kept and given back; nothing reads it. */
              ext_info?: string;
            };
          };
          /** The point card; required for POINT_SEND, absent for DIRECT_SEND. */
          point_card?: {
            /** The name of the card. */
            name: string;
            /** A description in at most 16 characters. */
            desc?: string;
            /** The id of the picture. */
            logo: string;
            /** When the card begins. */
            start_time: string;
            /** When the card ends: after the activity. */
            end_time: string;
            /** The kind of card; POINT_CARD when absent. */
            type?: 'POINT_CARD';
          };
          /** How the coupon is given. */
          send_rule?: {
            /** Whether a user who holds one unused may take another; no when absent. */
            allow_repeat_send?: 'true' | 'false';
            /** Refused: for activities of types that are not served. */
            min_cost?: string;
            /** Refused: for activities of types that are not served. */
            send_budget?: number;
            /** How many coupons a user gets at once; 1 when absent. */
            send_num?: number;
          };
          /** The platform's number of the tool: the prize id of a coupon, the activity_account of a point card. In `activity.modify` it says which tool is meant; ignored when an activity is created. */
          voucher_no?: string;
          /** ENABLED. */
          status: string;
        }[];
        /** Where members find the activity. */
        publish_channels?: {
          /** Where the activity is found. */
          type: 'QR_CODE' | 'SHORT_LINK' | 'SHOP_DETAIL' | 'PAYMENT_RESULT' | 'MERCHANT_CROWD' | 'URL_WITH_TOKEN' | 'EXTERNAL';
          /** What the merchant calls the channel. */
          name?: string;
          /** JSON text. Required for MERCHANT_CROWD (`{"PASSWORD":"…","BACKGROUND_LOGO":"…"}`); ignored for URL_WITH_TOKEN, where an answer has the address of the coupon page. */
          config?: string;
          /** Kept and given back; nothing reads it. */
          ext_info?: string;
        }[];
        /** Whether the end moves on instead of ending it. */
        auto_delay_flag: 'Y' | 'N';
        /** What the request had; of POINT_SEND JSON text with the `activity_account` of the card. */
        ext_info?: string;
        /** What was done to the activity, oldest first. */
        activity_orders: {
          /** The id of the order. */
          order_id: string;
          /** `CAMPAIGN_…_ORDER` with CREATE, ENABLE, MODIFY, CLOSE or FINISH. */
          order_type: string;
          /** DOING while an audit is waited for, SUCCESS or FAIL. */
          order_status: string;
          /** What the audit came to, where there is one. */
          audit_status?: string;
          /** The account id of who gave the order. */
          creator_id: string;
          /** What that is: MER, MER_OPERATOR, PROVIDER, PROVIDER_STAFF; SYSTEM for the platform. */
          creator_type: string;
          /** The audits of the order. */
          activity_audit_list?: {
            /** The id of the audit. */
            audit_id: string;
            /** AUDITING, PASS, REJECT; CANCEL where the activity was taken off line before. */
            audit_status: string;
            /** Who decided. */
            creator_id?: string;
            /** What that is: SALES, who runs the platform. */
            creator_type?: string;
            /** When it was decided. */
            operation_time?: string;
            /** Why it was rejected. */
            reason?: string;
          }[];
        }[];
        /** `recruit_tool` of the request, without `pid_shops`. */
        recruit_info?: {
          /** When the recruitment begins. */
          start_time?: string;
          /** When the recruitment ends. */
          end_time?: string;
          /** Whether the activity's own shops need not be asked. */
          exclude_constraint_shops?: boolean;
          /** The merchants that are asked. Not given back. */
          pid_shops?: {
            /** The merchant, by its account id. */
            pid: string;
            /** The ids of its shops. */
            shop_ids: string[];
          }[];
        };
      };
    };
  };
  'koubei.marketing.campaign.activity.modify': {
    request: {
      /** The caller's serial number; the idempotency key, within the activity. */
      out_biz_no: string;
      /** The activity, by its id. */
      camp_id: string;
      /** The name of the activity; it need not be unique. */
      name: string;
      /** The kind of activity. POINT_SEND and DIRECT_SEND are served. */
      type: 'POINT_SEND' | 'DIRECT_SEND' | 'CONSUME_SEND' | 'REAL_TIME_SEND' | 'GUESS_SEND' | 'RECHARGE_SEND';
      /** When the activity begins. */
      start_time: string;
      /** When the activity ends: after `start_time` and after now. */
      end_time: string;
      /** A description. */
      desc?: string | undefined;
      /** How many prizes there are; required for DIRECT_SEND. */
      budget_info?: {
        /** How many prizes there are in all. */
        budget_total: number | string;
        /** What is counted. */
        budget_type: 'QUANTITY';
        /** The period that `sub_value` is for. */
        sub_budget_dimension?: 'D' | undefined;
        /** How many prizes there are in one such period, at most `budget_total`; required with `sub_budget_dimension`. */
        sub_value?: number | string | undefined;
      } | undefined;
      /** The shops that the activity is for, and who may take part. */
      constraint_info: {
        /** The ids of the merchant's shops that the activity is for. Required. */
        suit_shops?: string[] | undefined;
        /** How often one user may take part in all; unlimited when absent. */
        user_win_count?: number | string | undefined;
        /** How often one user may take part in a calendar day, ISO week or month of UTC+8; unlimited when absent. */
        user_win_frequency?: string | undefined;
        /** The crowd whose members alone may take part; of DIRECT_SEND. */
        crowd_group_id?: string | undefined;
        /** Who may take part, beside the crowd. */
        crowd_restriction?: 'NEW_MEMBER_PROMO' | 'STUDENT' | 'MEMBER_CARD' | undefined;
        /** The member cards of MEMBER_CARD, joined by commas; required with it, absent otherwise. */
        crowd_restriction_value?: string | undefined;
        /** Refused: for activities of types that are not served. */
        min_cost?: string | undefined;
        /** Kept and given back: for activities of types that are not served. */
        item_ids?: string[] | undefined;
        /** Kept and given back; nothing reads it. */
        cash_pool_id?: string | undefined;
        /** Kept and given back; nothing reads it. */
        subsidy_percent?: string | undefined;
      };
      /** What the activity gives: one point card for POINT_SEND, 1 to 20 coupons for DIRECT_SEND. */
      promo_tools: {
        /** The coupon; required for DIRECT_SEND, absent for POINT_SEND. */
        voucher?: {
          /** What the coupon takes off. */
          type: 'MONEY' | 'EXCHANGE' | 'REDUCETO' | 'RATE' | 'PER_FULL_CUT';
          /** The name of the coupon. */
          name: string;
          /** The second line of the name. */
          brand_name: string;
          /** The id of the logo. */
          logo: string;
          /** The id of a picture. */
          voucher_img?: string | undefined;
          /** A description. */
          desc?: string | undefined;
          /** How to use the coupon, in words. */
          use_instructions?: string[] | undefined;
          /** What the coupon is worth, or (REDUCETO) the price of a piece with it, yuan; required for MONEY, REDUCETO and PER_FULL_CUT. */
          worth_value?: string | undefined;
          /** The most that a RATE or PER_FULL_CUT takes off, yuan. */
          max_amount?: string | undefined;
          /** What remains to be paid, of RATE; required there. */
          rate?: string | undefined;
          /** How the time is given in which the coupon can be used. */
          validate_type: 'FIXED' | 'RELATIVE';
          /** When a FIXED coupon begins; required there. */
          start_time?: string | undefined;
          /** When a FIXED coupon ends, after the activity; required there. */
          end_time?: string | undefined;
          /** How many days a RELATIVE coupon lasts; required there. */
          relative_time?: number | string | undefined;
          /** When the days of a RELATIVE coupon begin; IMMEDIATELY when absent. */
          effect_type?: 'IMMEDIATELY' | 'DELAY' | undefined;
          /** How long a DELAY is; required there. */
          delay_info?: {
            /** How the delay is counted. */
            type: 'ABSOLUTELY' | 'BYDAY';
            /** The delay, minutes. */
            value: number | string;
          } | undefined;
          /** Whether the coupon may be given away. Kept and given back. */
          donate_flag?: 'true' | 'false' | undefined;
          /** With which other coupons this one may be used; NO_MULTI when absent. */
          multi_use_mode?: 'NO_MULTI' | 'MULTI_USE_WITH_SINGLE' | 'MULTI_USE_WITH_OTHERS' | undefined;
          /** How what remains to be paid is rounded; not at all when absent. */
          rounding_rule?: 'NOT_AUTO_ROUNDING' | 'AUTO_ROUNDING_YUAN' | 'AUTO_ROUNDING_JIAO' | 'ROUNDING_UP_YUAN' | 'ROUNDING_UP_JIAO' | undefined;
          /** Who redeems an EXCHANGE coupon; the merchant when absent. Of no other type. */
          verify_mode?: 'USER_CLICK' | 'MERCHANT_SCAN' | undefined;
          /** A note for the till: `voucher_detail_list[].memo` in trades. */
          voucher_note?: string | undefined;
          /** Kept and given back; nothing reads it. */
          allow_split?: boolean | undefined;
          /** Kept and given back; nothing reads it. */
          ext_info?: string | undefined;
          /** Terms, in words. */
          clause_terms?: {
            /** The title. */
            title?: string | undefined;
            /** The terms. */
            descriptions?: string[] | undefined;
          }[] | undefined;
          /** Details, in words. */
          desc_detail_list?: {
            /** The title. */
            title?: string | undefined;
            /** The details. */
            details?: string[] | undefined;
            /** Addresses of pictures. */
            images?: string[] | undefined;
            /** The address of a page that says more. */
            url?: string | undefined;
          }[] | undefined;
          /** How the coupon is advertised. */
          display_config?: {
            /** A slogan; required where the activity has a crowd and the channel PAYMENT_RESULT or SHOP_DETAIL. */
            slogan?: string | undefined;
            /** The id of a picture; required where the activity has a crowd and the channel SHOP_DETAIL. */
            slogan_img?: string | undefined;
          } | undefined;
          /** The goods that the coupon is for; required for REDUCETO, absent for EXCHANGE. */
          item_info?: {
            /** The merchant's numbers of the goods, as `goods_detail` of a trade has them; one at least. */
            item_ids: string[];
            /** What the goods are called. */
            item_name?: string | undefined;
            /** What the coupon does for the goods, in words. */
            item_text?: string | undefined;
            /** The ids of pictures. */
            item_imgs?: string[] | undefined;
            /** The address of a page that says more. */
            item_link?: string | undefined;
            /** The price of one piece without the coupon, yuan; required for REDUCETO. */
            original_price?: string | undefined;
            /** The most pieces of each of the goods that are discounted. */
            max_discount_num?: number | string | undefined;
            /** The least pieces of one of the goods that must be bought. */
            min_consume_num?: number | string | undefined;
            /** The most pieces of all goods together that are discounted. */
            total_max_discount_num?: number | string | undefined;
            /** The least amount that must be spent on the goods, yuan. */
            sku_min_consume?: string | undefined;
          } | undefined;
          /** Where and when the coupon may be used. */
          use_rule: {
            /** The ids of the shops where the coupon may be used: the same set as `constraint_info.suit_shops`. Required. */
            suit_shops?: string[] | undefined;
            /** The least amount that the coupon takes from, yuan. */
            min_consume?: string | undefined;
            /** The hours of the week in which the coupon may be used; any when absent. */
            use_time?: {
              /** The period that `values` are days of. */
              dimension: 'W';
              /** The weekdays, joined by commas: `1,3,5`; 1 is Monday. */
              values: string;
              /** The hours, from and to: `16:00:00,20:00:00^21:00:00,22:00:00`. They must not overlap. */
              times: string;
            }[] | undefined;
            /** The days on which the coupon may not be used. */
            forbidden_time?: {
              /** Ranges of days, from and to: `2016-05-01,2016-05-03^2016-10-01,2016-10-07`. */
              days?: string | undefined;
            } | undefined;
            /** With which ways to pay the coupon may be used; any when absent. */
            limit_rule?: 'USE_NO_LIMIT' | 'USE_ON_CURRENT_PAY_CHANNEL' | 'NOT_ALLOWED_USE' | undefined;
            /** Kept and given back; nothing reads it. */
            pay_redirect_url?: string | undefined;
            /** Kept and given back; nothing reads it. */
            ext_info?: string | undefined;
          };
        } | undefined;
        /** The point card; required for POINT_SEND, absent for DIRECT_SEND. */
        point_card?: {
          /** The name of the card. */
          name: string;
          /** A description in at most 16 characters. */
          desc?: string | undefined;
          /** The id of the picture. */
          logo: string;
          /** When the card begins. */
          start_time: string;
          /** When the card ends: after the activity. */
          end_time: string;
          /** The kind of card; POINT_CARD when absent. */
          type?: 'POINT_CARD' | undefined;
        } | undefined;
        /** How the coupon is given. */
        send_rule?: {
          /** Whether a user who holds one unused may take another; no when absent. */
          allow_repeat_send?: 'true' | 'false' | undefined;
          /** Refused: for activities of types that are not served. */
          min_cost?: string | undefined;
          /** Refused: for activities of types that are not served. */
          send_budget?: number | string | undefined;
          /** How many coupons a user gets at once; 1 when absent. */
          send_num?: number | string | undefined;
        } | undefined;
        /** The platform's number of the tool: the prize id of a coupon, the activity_account of a point card. In `activity.modify` it says which tool is meant; ignored when an activity is created. */
        voucher_no?: string | undefined;
      }[];
      /** Where members find the activity; required for DIRECT_SEND, absent for POINT_SEND. */
      publish_channels?: {
        /** Where the activity is found. */
        type: 'QR_CODE' | 'SHORT_LINK' | 'SHOP_DETAIL' | 'PAYMENT_RESULT' | 'MERCHANT_CROWD' | 'URL_WITH_TOKEN' | 'EXTERNAL';
        /** What the merchant calls the channel. */
        name?: string | undefined;
        /** JSON text. Required for MERCHANT_CROWD (`{"PASSWORD":"…","BACKGROUND_LOGO":"…"}`); ignored for URL_WITH_TOKEN, where an answer has the address of the coupon page. */
        config?: string | undefined;
        /** Kept and given back; nothing reads it. */
        ext_info?: string | undefined;
      }[] | undefined;
      /** The other merchants whose shops are asked to join. Kept and given back; nobody is asked. */
      recruit_tool?: {
        /** When the recruitment begins. */
        start_time?: string | undefined;
        /** When the recruitment ends. */
        end_time?: string | undefined;
        /** Whether the activity's own shops need not be asked. */
        exclude_constraint_shops?: boolean | undefined;
        /** The merchants that are asked. Not given back. */
        pid_shops?: {
          /** The merchant, by its account id. */
          pid: string;
          /** The ids of its shops. */
          shop_ids: string[];
        }[] | undefined;
      } | undefined;
      /** Whether the end moves on by the length of the activity instead of ending it; only where every coupon is RELATIVE. */
      auto_delay_flag?: 'Y' | 'N' | undefined;
      /** Kept and given back. */
      ext_info?: string | undefined;
    };
    response: {
      /** The status of the activity. */
      camp_status: string;
    };
  };
  'koubei.marketing.campaign.activity.offline': {
    request: {
      /** The caller's serial number; the idempotency key, within the activity. */
      out_biz_no: string;
      /** The activity, by its id. */
      camp_id: string;
      /** Why. Kept with the order. */
      reason?: string | undefined;
      /** Not kept. */
      ext_info?: string | undefined;
    };
    response: {
      /** The status of the activity: CLOSED. */
      camp_status: string;
    };
  };
  'koubei.marketing.campaign.activity.batchquery': {
    request: {
      /** The page, counted from 1; 1 when absent. */
      page_number?: number | string | undefined;
      /** Activities on a page; 20 when absent. */
      page_size?: number | string | undefined;
      /** Criteria that an activity must meet, all of them; every activity when absent. */
      query_criterias?: {
        /** The field that is compared. */
        field_name: 'name' | 'startTime' | 'endTime' | 'status';
        /** How the field is compared. */
        operator: 'EQUAL' | 'IN';
        /** What the field is compared with. For `IN`, several values joined by `|`. */
        field_value: string;
      }[] | undefined;
    };
    response: {
      /** The activities, newest first. */
      camp_sets: {
        /** The id of the activity. */
        id: string;
        /** The name of the activity. */
        name: string;
        /** POINT_SEND or DIRECT_SEND. */
        type: string;
        /** CREATED, STARTED, CLOSED, FINISHED or DISABLED. */
        status: string;
        /** AUDITING while an audit is waited for, REJECT after one that rejected. */
        audit_status?: string;
        /** Whether the end moves on instead of ending the activity: Y or N. */
        auto_delay_flag: string;
        /** When the activity begins. */
        start_time: string;
        /** When the activity ends. */
        end_time: string;
        /** What was done to the activity, oldest first. */
        activity_orders: {
          /** The id of the order. */
          order_id: string;
          /** `CAMPAIGN_…_ORDER` with CREATE, ENABLE, MODIFY, CLOSE or FINISH. */
          order_type: string;
          /** DOING while an audit is waited for, SUCCESS or FAIL. */
          order_status: string;
          /** What the audit came to, where there is one. */
          audit_status?: string;
          /** The account id of who gave the order. */
          creator_id: string;
          /** What that is: MER, MER_OPERATOR, PROVIDER, PROVIDER_STAFF; SYSTEM for the platform. */
          creator_type: string;
          /** The audits of the order. */
          activity_audit_list?: {
            /** The id of the audit. */
            audit_id: string;
            /** AUDITING, PASS, REJECT; CANCEL where the activity was taken off line before. */
            audit_status: string;
            /** Who decided. */
            creator_id?: string;
            /** What that is: SALES, who runs the platform. */
            creator_type?: string;
            /** When it was decided. */
            operation_time?: string;
            /** Why it was rejected. */
            reason?: string;
          }[];
        }[];
      }[];
      /** How many activities there are on all pages. */
      total_number: string;
    };
  };
  'koubei.marketing.tool.points.query': {
    request: {
      /** The card: `promo_tools[].voucher_no` of its activity. */
      activity_account: string;
      /** The user whose points are meant. */
      user_id: string;
    };
    response: {
      /** The points that can be spent or frozen. */
      available_points: number;
      /** The points that are set aside. */
      freezed_points: number;
      /** The points that were ever given, spent or not. */
      total_points: number;
    };
  };
  'koubei.marketing.tool.prizesend.auth': {
    request: {
      /** The caller's serial number; the idempotency key, within the prize. */
      req_id: string;
      /** The prize: `promo_tools[].voucher_no` of a DIRECT_SEND activity with the channel URL_WITH_TOKEN. */
      prize_id: string;
      /** The user who is to take the prize. */
      user_id: string;
    };
    response: {
      /** The token: 32 hexadecimal digits, for the address of the coupon page. */
      token: string;
    };
  };
  'alipay.trade.query': {
    request: {
      /** The merchant's number of the trade. One of both numbers is required. */
      out_trade_no?: string | undefined;
      /** The platform's number of the trade. It wins. */
      trade_no?: string | undefined;
      /** Read and checked; the answer has every part that there is. */
      query_options?: ('fund_bill_list' | 'voucher_detail_list' | 'discount_goods_detail' | 'trade_settle_info' | 'refund_detail_item_list')[] | undefined;
    };
    response: {
      /** The platform's number of the trade. */
      trade_no: string;
      /** The merchant's number of the trade. */
      out_trade_no: string;
      /** The buyer's login id, with stars in its middle. */
      buyer_logon_id: string;
      /** The buyer's account id. */
      buyer_user_id: string;
      /** The amount of the trade, yuan. */
      total_amount: string;
      /** What the seller gets, yuan. */
      receipt_amount?: string;
      /** What the buyer pays from the balance, yuan. */
      buyer_pay_amount?: string;
      /** Always `0.00`. */
      point_amount?: string;
      /** What an invoice may be about: the same as `buyer_pay_amount`. */
      invoice_amount?: string;
      /** What others than the seller take off, yuan. */
      discount_amount?: string;
      /** What the seller's coupons take off, yuan. */
      mdiscount_amount?: string;
      /** When the trade was paid. */
      send_pay_date?: string;
      /** What paid. */
      fund_bill_list?: {
        /** `ALIPAYACCOUNT` a balance, `MDISCOUNT` the merchant's own coupon, `COUPON` a cash voucher. */
        fund_channel: string;
        /** How much, yuan. */
        amount: string;
      }[];
      /** The coupons that were used. */
      voucher_detail_list?: {
        /** Its id. */
        id: string;
        /** Its name. */
        name: string;
        /** ALIPAY_CASH_VOUCHER a cash voucher; of coupons ALIPAY_FIX_VOUCHER an amount off, ALIPAY_DISCOUNT_VOUCHER a share off, ALIPAY_ITEM_VOUCHER for goods. */
        type: string;
        /** How much it took off, yuan. */
        amount: string;
        /** What the merchant paid of `amount`, yuan. */
        merchant_contribute: string;
        /** What others paid of `amount`, yuan. */
        other_contribute: string;
        /** Who else paid, where others did. */
        other_contribute_detail?: {
          /** Always BRAND: the sponsor of the voucher's template. */
          contribute_type: string;
          /** How much, yuan. */
          contribute_amount: string;
        }[];
        /** `voucher_note` of the coupon, or `memo` of the cash voucher. */
        memo?: string;
        /** The template of a cash voucher. */
        template_id?: string;
      }[];
      /** The name of the shop, where the trade has one. */
      store_name?: string;
      /** WAIT_BUYER_PAY, TRADE_SUCCESS, TRADE_FINISHED or TRADE_CLOSED. */
      trade_status: string;
      /** `store_id` of the order. */
      store_id?: string;
      /** The id of the shop. */
      alipay_store_id?: string;
      /** `terminal_id` of the order. */
      terminal_id?: string;
      /** Always PRIVATE. */
      buyer_user_type: string;
    };
  };
  'alipay.trade.refund': {
    request: {
      /** The merchant's number of the trade. One of both numbers is required. */
      out_trade_no?: string | undefined;
      /** The platform's number of the trade. It wins. */
      trade_no?: string | undefined;
      /** How much, yuan: above 0, with at most two decimals. */
      refund_amount: string;
      /** The merchant's number of the refund; the idempotency key, within the trade. Required for a part of the trade; the `out_trade_no` when absent. */
      out_request_no?: string | undefined;
      /** Why. Kept. */
      refund_reason?: string | undefined;
      /** The currency. */
      refund_currency?: 'CNY' | undefined;
      /** The merchant's own id of its staff. Not kept. */
      operator_id?: string | undefined;
      /** The merchant's number of its shop. Not kept. */
      store_id?: string | undefined;
      /** The merchant's own id of its terminal. Not kept. */
      terminal_id?: string | undefined;
      /** What is taken back. Not kept. */
      goods_detail?: {
        /** The merchant's number of the goods; what `item_info.item_ids` of a coupon names. */
        goods_id: string;
        /** What the goods are called. */
        goods_name: string;
        /** How many pieces. */
        quantity: number | string;
        /** The price of one piece, yuan. */
        price: string;
      }[] | undefined;
      /** Read and checked; the answer has every part that there is. */
      query_options?: ('fund_bill_list' | 'voucher_detail_list' | 'discount_goods_detail' | 'trade_settle_info' | 'refund_detail_item_list')[] | undefined;
    };
    response: {
      /** The platform's number of the trade. */
      trade_no: string;
      /** The merchant's number of the trade. */
      out_trade_no: string;
      /** The buyer's login id, with stars in its middle. */
      buyer_logon_id: string;
      /** The buyer's account id. */
      buyer_user_id: string;
      /** Whether this call moved money: Y, or N for a repeat. */
      fund_change: string;
      /** What all refunds of the trade came to, yuan. */
      refund_fee: string;
      /** When the money was given back. */
      gmt_refund_pay: string;
      /** The name of the shop, where the trade has one. */
      store_name?: string;
      /** The currency, where the call named it. */
      refund_currency?: string;
      /** What this refund gave back to the buyer, yuan. */
      present_refund_buyer_amount: string;
      /** What this refund gave back to the sponsor of a cash voucher, unless that is the seller, yuan. */
      present_refund_discount_amount: string;
      /** The part of this refund that the seller's coupons had paid, and cash vouchers of the seller's own, yuan. */
      present_refund_mdiscount_amount: string;
      /** The same as `present_refund_buyer_amount`. */
      send_back_fee: string;
      /** What this refund went back to. */
      refund_detail_item_list: {
        /** `ALIPAYACCOUNT` a balance, `MDISCOUNT` the merchant's own coupon, `COUPON` a cash voucher. */
        fund_channel: string;
        /** How much, yuan. */
        amount: string;
      }[];
    };
  };
  'alipay.trade.cancel': {
    request: {
      /** The merchant's number of the trade. One of both numbers is required. */
      out_trade_no?: string | undefined;
      /** The platform's number of the trade. It wins. */
      trade_no?: string | undefined;
    };
    response: {
      /** The platform's number of the trade, unless the trade is unknown. */
      trade_no?: string;
      /** The merchant's number of the trade, unless an unknown trade was named by `trade_no` alone. */
      out_trade_no?: string;
      /** Whether the call must be repeated: N, never. */
      retry_flag: string;
      /** `close` or `refund`: what was done, now or before. Absent for an unknown trade. */
      action?: string;
      /** When the money was given back, where it was. */
      gmt_refund_pay?: string;
    };
  };
  'alipay.trade.close': {
    request: {
      /** The merchant's number of the trade. One of both numbers is required. */
      out_trade_no?: string | undefined;
      /** The platform's number of the trade. It wins. */
      trade_no?: string | undefined;
      /** The merchant's own id of its staff. Not kept. */
      operator_id?: string | undefined;
    };
    response: {
      /** The platform's number of the trade. */
      trade_no: string;
      /** The merchant's number of the trade. */
      out_trade_no: string;
    };
  };
  'alipay.marketing.voucher.list.query': {
    request: {
      /** The template. */
      template_id: string;
      /** The user's account id. Required unless there is an `open_id`. */
      user_id?: string | undefined;
      /** What an app calls the user. No user has one here yet. */
      open_id?: string | undefined;
    };
    response: {
      /** The vouchers; often none. */
      vouchers: {
        /** The template. */
        template_id: string;
        /** The voucher. */
        voucher_id: string;
        /** ENABLED for one that can be used now, else DISABLED. */
        status: string;
        /** When it was sent. */
        send_time: string;
      }[];
    };
  };
  'alipay.marketing.voucher.query': {
    request: {
      /** The voucher. */
      voucher_id: string;
    };
    response: {
      /** The voucher. */
      voucher_id: string;
      /** What its holder sees it called. */
      name: string;
      /** The account id of its holder. */
      user_id: string;
      /** The template. */
      template_id: string;
      /** When it was sent. */
      gmt_create: string;
      /** The first moment at which it can be used. */
      gmt_active: string;
      /** The last second in which it can be used. */
      gmt_expired: string;
      /** What it takes off at most, yuan. */
      total_amount: string;
      /** The same while it is not used, else 0.00. */
      available_amount: string;
      /** UNACTIVE before its time, ENABLED in it, USING while an unpaid trade waits with it, USED, REFUNDED when all of its trade was given back, EXPIRED after its time, DISABLED when an operator has barred it. */
      status: string;
      /** Always `{}`. */
      extend_info: string;
      /** What it was used for and what of that was given back, oldest first. */
      bill_details?: {
        /** The platform's number of the trade. */
        trade_no: string;
        /** What the voucher took off, or what of that went back to its sponsor, yuan. Of a trade that is not paid, what it takes off at most. */
        amount: string;
        /** S when it is done, I while the trade is not paid. */
        status: string;
        /** The account id of the trade's seller. */
        partner_id: string;
        /** The name of the trade's merchant, where it has one. */
        partner_name?: string;
        /** V_USE or V_REFUND. */
        biz_type: string;
        /** When it was paid or refunded; of a trade that is not paid, when that was made. */
        gmt_create: string;
      }[];
    };
  };
  'alipay.marketing.userule.pid.query': {
    request: {
      /** The merchant that the call acts for. */
      pid: string;
    };
    response: {
      /** The PIDs, joined by commas: the given one first, then the others, ascending. */
      pids: string;
    };
  };
  'ant.merchant.expand.merchant.storelist.query': {
    request: {
      /** The PID whose shops are wanted. */
      pid?: string | undefined;
      /** Whether shops of the merchant's other PIDs are wanted too, where there is no `pid`; false when absent. */
      is_include_cognate?: boolean | undefined;
      /** The page, counted from 1; 1 when absent. */
      page_num?: number | string | undefined;
      /** Shops on a page; 20 when absent. */
      page_size?: number | string | undefined;
    };
    response: {
      /** How many pages there are. */
      total_pages: number;
      /** The page, counted from 1. */
      page_num: number;
      /** Shops on a page. */
      page_size: number;
      /** How many shops there are on all pages. */
      total_size: number;
      /** The shops, by ascending `shop_id`. */
      merchant_stores: {
        /** The merchant's PID. */
        pid: string;
        /** The platform's id, which `rule_conf` names as `STORE`. */
        shop_id: string;
        /** The merchant's own number, as trades name it. */
        store_id?: string;
        /** The name. */
        name: string;
        /** The address. */
        address?: string;
        /** What kind of shop it is, in the merchant's words. */
        shop_type?: string;
        /** Degrees east. */
        longitude?: string;
        /** Degrees north. */
        latitude?: string;
        /** What the request says. */
        is_include_cognate: boolean;
      }[];
    };
  };
  'alipay.marketing.cashvoucher.template.create': {
    request: {
      /** What the vouchers are. */
      voucher_type: 'FIX_VOUCHER';
      /** What the vouchers are for. Kept and decides nothing. */
      voucher_use_scene: 'ALIPAY_RECHARGE' | 'ALIPAY_FEE' | 'ALIPAY_COMMON';
      /** The login id of the account that pays for the vouchers, and gets back what is not used. A merchant's too. */
      fund_account: string;
      /** What stands below the merchant's logo. */
      brand_name: string;
      /** From when on vouchers may be sent: at most 15 days from now, and perhaps before now. */
      publish_start_time: string;
      /** The last second of sending: after now, and at most 90 days after the start. */
      publish_end_time: string;
      /** When a voucher can be used: at most 90 days, and not over before sending begins. Its times may lack the blank between day and hour. */
      voucher_valid_period: string;
      /** The least order that a voucher can be used for, yuan. */
      floor_amount: string;
      /** What a voucher takes off at most, yuan: at least 0.10, and 0.005 of `floor_amount`. */
      amount: string;
      /** The number of vouchers. All together are worth at most 9999999999999.99 yuan. */
      voucher_quantity: number | string;
      /** The terms of a voucher, for people to read: they limit nothing. Three of the platform's when absent. */
      voucher_description?: string | undefined;
      /** The caller's serial number; the idempotency key. */
      out_biz_no: string;
      /** Where the sponsor's browser goes after paying, with `template_id` and `fund_order_no` added: http or https. */
      redirect_uri?: string | undefined;
      /** Where notifications of used vouchers go: http or https. */
      notify_uri?: string | undefined;
      /** Where the vouchers can be used: every rule that is there must name the payment's. */
      rule_conf?: string | undefined;
      /** How the button of a voucher's page leads on. */
      extension_info?: string | undefined;
      /** What the vouchers' names begin with. */
      slogan?: string | undefined;
    };
    response: {
      /** The template. */
      template_id: string;
      /** The order under which it is paid for. */
      fund_order_no: string;
      /** The page on which the holder of `fund_account` pays. */
      confirm_uri: string;
    };
  };
  'alipay.marketing.cashvoucher.template.modify': {
    request: {
      /** The template. */
      template_id: string;
      /** What the vouchers' names begin with. */
      slogan?: string | undefined;
      /** From when on vouchers may be sent: at most 15 days from now. */
      publish_start_time?: string | undefined;
      /** The last second of sending: after the start, by at most 90 days. Required for a template that is paid for. */
      publish_end_time?: string | undefined;
      /** When a voucher can be used: at most 90 days, and not over before sending begins. */
      voucher_valid_period?: string | undefined;
      /** The caller's serial number; the idempotency key, within the template. */
      out_biz_no: string;
    };
    response: {
      /** The status in which the template was changed. `I`: every field that was sent is changed. `S`: only `publish_end_time` is. */
      status: string;
    };
  };
  'alipay.marketing.voucher.templatedetail.query': {
    request: {
      /** The template. */
      template_id: string;
    };
    response: {
      /** The template. */
      template_id: string;
      /** FIX_VOUCHER. */
      voucher_type: string;
      /** What the vouchers are called: slogan and amount. */
      voucher_name: string;
      /** From when on vouchers may be sent. */
      publish_start_time: string;
      /** The last second of sending. */
      publish_end_time: string;
      /** `I`: nobody has paid for it. `S`: it is paid for. `E`: the time of sending is over. `D`: it was deleted. */
      status: string;
      /** When a voucher can be used. */
      voucher_valid_period: Json<{
        /** `ABSOLUTE`: the same for every voucher. `RELATIVE`: from the moment that one is sent. */
        type: string;
        /** ABSOLUTE: the first moment. */
        start?: string;
        /** ABSOLUTE: the last second. */
        end?: string;
        /** RELATIVE: how many units. */
        duration?: number;
        /** RELATIVE: `MINUTE`, `HOUR` or `DAY`. */
        unit?: string;
      }>;
      /** The least order that a voucher can be used for. */
      floor_amount: string;
      /** The terms of a voucher. */
      voucher_description: Json<string[]>;
      /** What a voucher takes off at most. */
      amount: string;
      /** The number of vouchers. */
      voucher_quantity: number;
      /** What all of them are worth. */
      total_amount: string;
      /** Vouchers that were sent. */
      publish_count: number;
      /** What those are worth. */
      publish_amount: string;
      /** Vouchers that were used. */
      used_count: number;
      /** What those took off. */
      used_amount: string;
      /** What went back to the sponsor: of refunds, of vouchers that expired or were not used up, of those that were not sent. */
      recycle_amount: string;
    };
  };
  'alipay.marketing.voucher.templatelist.query': {
    request: {
      /** Templates made at that time or later. The blank between day and hour may be left out, here and below. */
      create_start_time: string;
      /** Templates made in that second or before; after `create_start_time`. */
      create_end_time: string;
      /** The page, counted from 1. */
      page_num: number | string;
      /** Templates on a page. */
      page_size: number | string;
    };
    response: {
      /** The page that was asked for. */
      current_page: number;
      /** Templates on a page, as asked for. */
      items_per_page: number;
      /** The number of pages. */
      total_pages: number;
      /** The number of templates on all pages. */
      total_items: number;
      /** The templates, newest first. */
      voucher_templates: {
        /** The template. */
        template_id: string;
        /** What the vouchers are called: slogan and amount. */
        voucher_name: string;
        /** From when on vouchers may be sent. */
        publish_start_time: string;
        /** The last second of sending. */
        publish_end_time: string;
        /** `I`: nobody has paid for it. `S`: it is paid for. `E`: the time of sending is over. */
        status: string;
        /** When it was made. */
        create_time: string;
        /** When it was paid for. */
        activate_time?: string;
      }[];
    };
  };
  'alipay.marketing.voucher.template.delete': {
    request: {
      /** The template. */
      template_id: string;
    };
    response: Empty;
  };
  'punchcard.session.show': {
    request: Empty;
    response: SessionView;
  };
  'punchcard.session.list': {
    request: {
      /** Only this operator's. */
      name?: string | undefined;
      /** How many at most. */
      limit: number | string;
    };
    response: SessionSummary[];
  };
  'punchcard.session.end': {
    request: {
      /** Only if the operator is this merchant's alone. */
      pid?: string | undefined;
      /** The operator. */
      name: string;
    };
    response: EndedSessions;
  };
  'punchcard.operator.list': {
    request: {
      /** Only this merchant's operators, with what they are for it. */
      pid?: string | undefined;
      /** Only those after this name. */
      after?: string | undefined;
      /** How many at most. */
      limit: number | string;
    };
    response: Operators;
  };
  'punchcard.operator.invite': {
    request: {
      /** The merchant that the operator is for; all when absent. */
      pid?: string | undefined;
      /** The name: 1 to 28 small letters, digits and . _ - @. */
      name: string;
      /** What a new operator is; none for one that there is. */
      role?: string | undefined;
      /** The app that the operator acts as; whichever may act for the merchant when absent. */
      app_id?: string | undefined;
    };
    response: Invitation;
  };
  'punchcard.operator.grant': {
    request: {
      /** The merchant; all when absent. */
      pid?: string | undefined;
      /** The operator. */
      name: string;
      /** The role; none takes what the operator is there. */
      role?: string | undefined;
      /** The app that the operator acts as; whichever may act for the merchant when absent. */
      app_id?: string | undefined;
    };
    response: OperatorView;
  };
  'punchcard.operator.enable': {
    request: {
      /** Only if the operator is this merchant's alone. */
      pid?: string | undefined;
      /** The operator. */
      name: string;
      /** Whether the operator may sign in. */
      enabled: boolean;
    };
    response: OperatorView;
  };
  'punchcard.audit.list': {
    request: {
      /** Only what was about this merchant. */
      pid?: string | undefined;
      /** Only this operator's. */
      name?: string | undefined;
      /** Only those before this number. */
      after?: number | string | undefined;
      /** How many at most. */
      limit: number | string;
    };
    response: Acts;
  };
  'punchcard.world.apply': {
    request: {
      /** The text, with every file in it that the file names. */
      text?: string | undefined;
    };
    response: Response;
  };
  'punchcard.prove.run': {
    request: Empty;
    response: Row[];
  };
  'punchcard.trade.show': {
    request: {
      /** The platform's number, or the one that an imported trade came with. */
      trade_no?: string | undefined;
      /** The merchant; all of them when absent. */
      pid?: string | undefined;
      /** The merchant's number. */
      out_trade_no?: string | undefined;
    };
    response: TradeView;
  };
  'punchcard.trade.list': {
    request: {
      /** The merchant. */
      pid?: string | undefined;
      /** The first day, as `2026-01-31`; 31 days in all when absent. A trade's day is that of its payment, and while it is unpaid that on which it was made. */
      from?: string | undefined;
      /** The last day; today when absent. */
      until?: string | undefined;
      /** Only this member's. */
      user_id?: string | undefined;
      /** Only those in this status. */
      trade_status?: 'WAIT_BUYER_PAY' | 'TRADE_SUCCESS' | 'TRADE_CLOSED' | 'TRADE_FINISHED' | undefined;
      /** Only those of this shop. */
      shop_id?: string | undefined;
      /** Where to go on: `next` of the page before. */
      after?: string | undefined;
      /** How many at most; 50 when absent. */
      limit?: number | string | undefined;
    };
    response: TradePageView;
  };
  'punchcard.trade.totals': {
    request: {
      /** The merchant. */
      pid?: string | undefined;
      /** The first day, as `2026-01-31`; 31 days in all when absent. */
      from?: string | undefined;
      /** The last day; today when absent. */
      until?: string | undefined;
      /** Only this shop; an empty text is the trades of no shop. */
      shop_id?: string | undefined;
      /** Where to go on: `next` of the page before. */
      after?: string | undefined;
      /** How many lines at most; 50 when absent. */
      limit?: number | string | undefined;
    };
    response: TotalsView;
  };
  'punchcard.trade.bill': {
    request: {
      /** The merchant. */
      pid?: string | undefined;
      /** The day of UTC+8, as `2026-01-31`. */
      day: string;
    };
    response: Empty;
  };
  'punchcard.voucher.show': {
    request: {
      /** The id. */
      voucher_id: string;
    };
    response: VoucherView;
  };
  'punchcard.voucher.bar': {
    request: {
      /** The cash voucher's id. */
      voucher_id: string;
      /** Whether it is barred, or freed. */
      barred: boolean;
    };
    response: VoucherView;
  };
  'punchcard.voucher.send.start': {
    request: {
      /** The template. */
      template_id: string;
      /** The crowd; absent where there is a file. */
      crowd_group_id?: string | undefined;
      /** What the file is called. */
      file?: string | undefined;
      /** The file's charset, `utf-8` or `GBK`. */
      charset?: string | undefined;
      /** A note on each voucher, as `memo` of `voucher.send`. */
      memo?: string | undefined;
      /** Whether a list that has got vouchers of the template before gets them once more. */
      again: boolean;
      /** Whether it is begun although fewer vouchers are left than there are recipients. */
      partial: boolean;
      /** Whether a recipient that is listed more than once gets as many vouchers. */
      repeats: boolean;
      /** Whether only the answer is made, and nothing is begun. */
      check: boolean;
    };
    response: Started;
  };
  'punchcard.voucher.send.stop': {
    request: {
      /** The batch's id. */
      batch_id: string;
      /** Whether it is stopped, or goes on. */
      stopped: boolean;
    };
    response: BatchView;
  };
  'punchcard.voucher.send.show': {
    request: {
      /** The batch's id. */
      batch_id: string;
    };
    response: BatchView;
  };
  'punchcard.voucher.send.list': {
    request: {
      /** How many at most, the newest first. */
      limit: number | string;
    };
    response: BatchView[];
  };
  'punchcard.voucher.send.page': {
    request: {
      /** The batch's id. */
      batch_id: string;
      /** Which of its pages, from 1. */
      page: number | string;
    };
    response: RecipientView[];
  };
  'punchcard.crowd.count': {
    request: {
      /** The merchant; whoever's it is when absent. */
      pid?: string | undefined;
      /** The crowd, by its id. */
      crowd?: string | undefined;
      /** The crowd group, by the id that its app has chosen. */
      group?: string | undefined;
      /** Conditions that nobody has saved yet, as `crowd.create` takes them. Without any of the three, all members of the merchant are counted. */
      conditions?: string | undefined;
      /** Whether it is counted, too, how many the first condition leaves, the first two, and so on. Not of a group. */
      steps?: boolean | undefined;
      /** The group's shop, where several groups have the id. */
      shop_id?: string | undefined;
      /** The group's app, where several groups have the id. */
      app_id?: string | undefined;
      /** The tags to break the count down by. */
      dimensions?: string[] | undefined;
    };
    response: CountView;
  };
  'punchcard.crowd.why': {
    request: {
      /** The merchant; whoever's it is when absent. */
      pid?: string | undefined;
      /** The crowd, by its id. */
      crowd?: string | undefined;
      /** The crowd group, by the id that its app has chosen. */
      group?: string | undefined;
      /** Conditions that nobody has saved yet, as `crowd.create` takes them, of the merchant that is named. One of the three is required. */
      conditions?: string | undefined;
      /** The group's shop, where several groups have the id. */
      shop_id?: string | undefined;
      /** The group's app, where several groups have the id. */
      app_id?: string | undefined;
      /** The user. */
      user_id: string;
    };
    response: WhyView;
  };
  'punchcard.crowd.list': {
    request: {
      /** The merchant. */
      pid?: string | undefined;
      /** Only crowds whose name contains this. */
      name?: string | undefined;
      /** Only what is behind this place, the `next` of an answer. */
      after?: string | undefined;
      /** How many at most; 100 are the most of a page. */
      limit: number | string;
    };
    response: Crowds;
  };
  'punchcard.tag.list': {
    request: {
      /** The merchant. */
      pid?: string | undefined;
    };
    response: Tags;
  };
  'punchcard.crowd.sample': {
    request: {
      /** The merchant. */
      pid?: string | undefined;
      /** The crowd. */
      crowd?: string | undefined;
      /** The conditions of a draft, as `crowd.create` takes them. One of both is required. */
      conditions?: string | undefined;
      /** Which sample: another number, other members. 1 when absent. */
      seed?: number | string | undefined;
    };
    response: SampleView;
  };
  'punchcard.crowd.usage': {
    request: {
      /** The merchant. */
      pid?: string | undefined;
      /** The crowd. */
      crowd: string;
    };
    response: Usage;
  };
  'punchcard.crowd.compare': {
    request: {
      /** The merchant. */
      pid?: string | undefined;
      /** A crowd. */
      crowd: string;
      /** Another one. */
      other: string;
    };
    response: Comparison;
  };
  'punchcard.crowd.members': {
    request: {
      /** The merchant. */
      pid?: string | undefined;
      /** The crowd. */
      crowd: string;
    };
    response: Empty;
  };
  'punchcard.activity.list': {
    request: {
      /** Only activities in this status; all when absent. */
      status?: string | undefined;
      /** A merchant's; all merchants' when absent. */
      pid?: string | undefined;
      /** How many at most, the newest first. */
      limit: number | string;
    };
    response: ActivitySummary[];
  };
  'punchcard.activity.show': {
    request: {
      /** The activity. */
      camp_id: string;
    };
    response: ActivityView;
  };
  'punchcard.activity.totals': {
    request: {
      /** The merchant. */
      pid?: string | undefined;
      /** The activity. */
      camp_id: string;
    };
    response: ActivityTotalsView;
  };
  'punchcard.activity.review': {
    request: {
      /** The activity. */
      camp_id: string;
      /** The verdict. */
      verdict: 'approve' | 'reject';
      /** The reason, which its maker is told; needed to reject it. */
      reason?: string | undefined;
    };
    response: ActivitySummary;
  };
  'punchcard.points.frozen': {
    request: {
      /** Only freezes that have waited this long, as `7d` or `12h`; all when absent. */
      older?: string | undefined;
      /** A merchant's; all merchants' when absent. */
      pid?: string | undefined;
      /** How many at most. */
      limit: number | string;
    };
    response: FreezeView[];
  };
  'punchcard.points.account': {
    request: {
      /** The card. */
      activity_account: string;
      /** The user. */
      user_id: string;
    };
    response: AccountView;
  };
  'punchcard.points.outstanding': {
    request: {
      /** The merchant. */
      pid?: string | undefined;
      /** Where to go on: `next` of the page before. */
      after?: string | undefined;
      /** How many cards at most; 50 when absent. */
      limit?: number | string | undefined;
    };
    response: CardsView;
  };
  'punchcard.fund.list': {
    request: {
      /** The merchant. */
      pid?: string | undefined;
      /** Where to go on: `next` of the page before. */
      after?: string | undefined;
      /** How many funds at most; 50 when absent. */
      limit?: number | string | undefined;
    };
    response: FundsView;
  };
  'punchcard.fund.show': {
    request: {
      /** The merchant whose template it is. */
      pid?: string | undefined;
      /** The template. */
      template_id: string;
      /** Where to go on: `next` of the page before. */
      after?: string | undefined;
      /** How many entries at most; 50 when absent. */
      limit?: number | string | undefined;
    };
    response: StatementView;
  };
  'punchcard.token.list': {
    request: {
      /** The merchant. */
      pid?: string | undefined;
      /** Where to go on: `next` of the page before. */
      after?: string | undefined;
      /** How many at most; 50 when absent. */
      limit?: number | string | undefined;
    };
    response: TokensView;
  };
  'punchcard.shop.list': {
    request: {
      /** The merchant. */
      pid?: string | undefined;
      /** Where to go on: `next` of the page before. */
      after?: string | undefined;
      /** How many at most; 50 when absent. */
      limit?: number | string | undefined;
    };
    response: ShopsView;
  };
  'punchcard.auth.list': {
    request: {
      /** Whether members' are wanted, or merchants'. */
      members: boolean;
      /** An app's; all apps' when absent. */
      app_id?: string | undefined;
      /** A merchant's or a user's; everybody's when absent. */
      account_id?: string | undefined;
      /** How many at most. */
      limit: number | string;
    };
    response: AuthSummary[];
  };
  'punchcard.auth.revoke': {
    request: {
      /** A token of it, or its name in the list. */
      token: string;
    };
    response: Revoked;
  };
  'punchcard.signature.list': {
    request: {
      /** How many at most, the newest first. */
      limit: number | string;
    };
    response: RejectedCall[];
  };
  'punchcard.signature.show': {
    request: {
      /** The call's trace id. */
      trace_id: string;
    };
    response: RejectedCall;
  };
  'punchcard.key.owner': {
    request: {
      /** The SHA-256 of the key's SubjectPublicKeyInfo, in hexadecimal digits. */
      fingerprint: string;
    };
    response: OwnerView;
  };
  'punchcard.log.list': {
    request: {
      /** A calling app. */
      app_id?: string | undefined;
      /** A merchant that calls act for. */
      pid?: string | undefined;
      /** A method. */
      method?: string | undefined;
      /** A `code` or `sub_code`. */
      code?: string | undefined;
      /** What callers have most likely done wrong, as `charset`. */
      cause?: string | undefined;
      /** How the trace id begins. */
      trace_id?: string | undefined;
      /** Since this time, as `2026-02-01 00:00:00`, or in this last time, as `10m`; by the store's clock. */
      since?: string | undefined;
      /** Only calls behind this place; then the oldest come first. */
      after?: string | undefined;
      /** Only calls before this place. */
      before?: string | undefined;
      /** How many at most. */
      limit: number | string;
    };
    response: LogPart;
  };
  'punchcard.log.show': {
    request: {
      /** The call's trace id, or how it begins. */
      trace_id: string;
    };
    response: CallView;
  };
  'punchcard.log.record': {
    request: {
      /** The calling app. */
      app_id: string;
      /** For how long from now, as `10m`, a day at most; `0s` ends it. */
      duration: string;
    };
    response: RecordingView;
  };
  'punchcard.clock.show': {
    request: Empty;
    response: ClockView;
  };
  'punchcard.clock.move': {
    request: {
      /** To this time, as `2026-02-01T00:00:00+08:00`, or `2026-02-01 00:00:00` in UTC+8. */
      to?: string | undefined;
      /** By this long, as `90d` or `1d12h`. */
      by?: string | undefined;
      /** To when the next job is due. */
      next?: boolean | undefined;
    };
    response: Movement;
  };
  'punchcard.notice.list': {
    request: {
      /** Only `PENDING`, `DELIVERED` or `FAILED` ones; all when absent. */
      state?: string | undefined;
      /** A merchant's; all merchants' when absent. */
      pid?: string | undefined;
      /** How many at most, the newest first. */
      limit: number | string;
    };
    response: NoticeSummary[];
  };
  'punchcard.notice.show': {
    request: {
      /** The notification's id. */
      notify_id: string;
    };
    response: NoticeView;
  };
  'punchcard.notice.resend': {
    request: {
      /** The notifications' ids. */
      notify_ids: string[];
    };
    response: number;
  };
}

/** What a user has on a card. */
export type AccountView = {
  /** The card. */
  activity_account: string;
  /** The merchant. */
  pid: string;
  /** Whose points. */
  user_id: string;
  /** When the card ends. */
  card_ends: string;
  /** What can be spent or frozen. */
  available: number;
  /** What waits. */
  frozen: number;
  /** What is gone. */
  spent: number;
  /** All that was ever deposited. */
  total: number;
  /** The newest changes, the newest first. */
  entries: EntryView[];
};

/** Something that an operator did, or began to do. */
export type ActSummary = {
  /** Its number. */
  id: number;
  /** When, by the store's clock, `yyyy-MM-dd HH:mm:ss` in UTC+8. */
  at: string;
  /** When, by the machine's. */
  wall_at: string;
  /** The operator's name; `command`, and `local` for whoever sits at a stand-in's machine. */
  name: string;
  /** The address that the call came from; empty for a command. */
  address: string;
  /** The merchant; empty for the whole store. */
  pid: string;
  /** The method, or `sign in`, `sign out`, `set the password`. */
  method: string;
  /** What it was asked, as JSON, without secrets. */
  request: string;
  /** What it was answered, `10000` for a success; empty for the row of what has begun. */
  code: string;
  /** The refusal's name. */
  sub_code: string;
  /** The call's name in the log; an end has that of its beginning. */
  trace_id: string;
};

/** An activity as a list has it. Times are as the wire has them. */
export type ActivitySummary = {
  /** The activity's id. */
  camp_id: string;
  /** The merchant. */
  pid: string;
  /** Its name. */
  name: string;
  /** Its kind, as the wire spells it. */
  type: string;
  /** Its status, as the wire spells it. */
  status: string;
  /** The start of its time. */
  start_time: string;
  /** The end of its time. */
  end_time: string;
};

/** An activity in numbers. `issued` is `unused`, `used`, `refunded` and `expired` together. */
export type ActivityTotalsView = {
  /** The activity. */
  camp_id: string;
  /** Its name. */
  name: string;
  /** Its status. */
  status: string;
  /** How often it may give; absent where it has no budget, as a point card. */
  budget?: number | null;
  /** How often it gave. */
  taken: number;
  /** How many coupons it gave. */
  issued: number;
  /** How many of them can be used still, or soon. */
  unused: number;
  /** How many were used. */
  used: number;
  /** How many were used in trades that were refunded whole. */
  refunded: number;
  /** How many nobody used in time. */
  expired: number;
  /** What they took off trades, yuan. */
  deducted_amount: string;
  /** What of that was at the merchant's cost, yuan. */
  merchant_amount: string;
  /** What refunds took back of what they took off, yuan. */
  refunded_amount: string;
  /** What they cost: what they took off, less what refunds took back, yuan. */
  cost: string;
};

/** An activity in full. */
export type ActivityView = {
  /** The merchant. */
  pid: string;
  /** The address that its notifications go to. */
  notify_url?: string | null;
  /** What was taken of its budget, in all and today, where it has one. */
  taken?: Taken | null;
  /** What `activity.query` says of it. */
  camp_detail: Record<string, unknown>;
};

/** What operators did. */
export type Acts = {
  /** The newest first. */
  acts: ActSummary[];
  /** What `after` is to be for the next ones; none when these are the last. */
  next: number | null;
};

/** What came of it: how many things were new or changed, of how many. */
export type ApplyReport = {
  /** Things in the file. */
  things: number;
  /** Of these, new or changed. */
  changed: number;
  /** What was taken and will hardly do what is wanted. */
  warnings?: string[];
};

/** One authorisation. */
export type AuthSummary = {
  /** Its name, which `punchcard auth revoke` takes: the first digits of its token's hash. */
  name: string;
  /** The app. */
  app_id: string;
  /** The merchant or the user. */
  account_id: string;
  /** The merchant's own app; empty for a user. */
  auth_app_id: string;
  /** Methods, or scopes. */
  allowed: string[];
  /** `valid`, `expired`, `replaced` or `revoked`; a member's that was replaced is revoked too. */
  status: string;
  /** When it was given, `yyyy-MM-dd HH:mm:ss` in UTC+8. */
  given_at: string;
  /** Until when its token is good. */
  until: string;
};

/** How far a batch is. Times are as the wire has them. */
export type BatchView = {
  /** Its id. */
  batch_id: string;
  /** The template whose vouchers are sent. */
  template_id: string;
  /** The merchant whose template it is. */
  pid: string;
  /** The crowd or file. */
  name: string;
  /** Which time it is that this list gets vouchers of this template, from 1. */
  round: number;
  /** `RUNNING`, `STOPPED` or `DONE`. */
  status: string;
  /** How many recipients it has. */
  recipients: number;
  /** How many of them got a voucher. */
  sent: number;
  /** How many were refused. */
  refused: number;
  /** How many pages it has. */
  pages: number;
  /** How many of them are done. */
  pages_done: number;
  /** When it was begun. */
  gmt_create: string;
  /** When its last page was done. */
  gmt_end?: string | null;
};

/** A call in short. What is not known is absent. */
export type CallSummary = {
  /** Its place in the log. */
  place: number;
  /** When it was answered by the store's clock. */
  at: string;
  /** Microseconds from its head to its answer. */
  took_us: number;
  /** Its trace id. */
  trace_id: string;
  /** The calling app, where it is one. */
  app_id?: string | null;
  /** The merchant that it acts for. */
  pid?: string | null;
  /** The method, or what was sent as its name. */
  method: string;
  /** The door that it came through. */
  door: string;
  /** `10000` for a success. */
  code: string;
  /** Which refusal it is. */
  sub_code?: string;
  /** What its caller has most likely done wrong. */
  cause?: string;
  /** The caller's address; on a platform its network. */
  address: string;
  /** Bytes of query and body. */
  bytes_in: number;
  /** Bytes of the answer. */
  bytes_out: number;
};

/** A call. */
export type CallView = {
  /** Its place in the log. */
  place: number;
  /** When it was answered by the store's clock. */
  at: string;
  /** Microseconds from its head to its answer. */
  took_us: number;
  /** Its trace id. */
  trace_id: string;
  /** The calling app, where it is one. */
  app_id?: string | null;
  /** The merchant that it acts for. */
  pid?: string | null;
  /** The method, or what was sent as its name. */
  method: string;
  /** The door that it came through. */
  door: string;
  /** `10000` for a success. */
  code: string;
  /** Which refusal it is. */
  sub_code?: string;
  /** What its caller has most likely done wrong. */
  cause?: string;
  /** The caller's address; on a platform its network. */
  address: string;
  /** Bytes of query and body. */
  bytes_in: number;
  /** Bytes of the answer. */
  bytes_out: number;
  /** What `punchcard.signature.show` tells of it, where something was wrong. */
  refusal?: RejectedCall | null;
  /** What was sent and answered, where that was kept. */
  full?: FullCall | null;
  /** The string that the gateway verified, made of the parameters as they were kept. */
  string_to_sign?: string | null;
  /** What it has made, by ids. */
  caused: CausedView[];
};

/** What all accounts of a card have together. */
export type CardView = {
  /** The card. */
  activity_account: string;
  /** The activity that it is of. */
  camp_id: string;
  /** The activity's name. */
  name: string;
  /** The activity's status. */
  status: string;
  /** When the card ends. */
  card_ends: string;
  /** How many members have an account. */
  members: number;
  /** Points that can be spent. */
  available: number;
  /** Points that wait for COMMIT or CANCEL. */
  frozen: number;
  /** Points that are gone. */
  spent: number;
};

/** Cards, newest first. */
export type CardsView = {
  /** The cards. */
  cards: CardView[];
  /** Where the next page begins; `null` with the last one. */
  next: string | null;
};

/** Something that a call has made. What does not apply is absent. */
export type CausedView = {
  /** `money`, `points`, `bill`, `voucher` or `notification`. */
  what: string;
  /** Its kind, as `pay`, `DEPOSIT`, `V_USE`; a notification's type. */
  kind: string;
  /** Its id. */
  id: string;
  /** When it was made, by the store's clock. */
  at: string;
  /** Yuan. */
  amount?: string | null;
  /** Points. */
  points?: number | null;
  /** Whose money it was. */
  from?: string | null;
  /** Whose it is now; whose voucher; where a notification goes. */
  to?: string | null;
  /** The trade, or what a notification is about. */
  subject?: string | null;
  /** How far a notification is. */
  state?: string | null;
};

/** A clock's state. Times are UTC milliseconds. */
export type ClockView = {
  /** Whether it stands still until it is moved. */
  manual: boolean;
  /** What time it is. */
  now: number;
  /** When the next job is due; past while one waits to be done. */
  next_due: number | null;
};

/** Two crowds side by side, counted at one moment. */
export type Comparison = {
  /** The crowd's name. */
  name: string;
  /** The other one's. */
  other_name: string;
  /** How many members the crowd has. */
  total: number;
  /** How many the other one has. */
  other_total: number;
  /** How many are in both. */
  both: number;
};

/** A condition and what it looks at. */
export type ConditionView = {
  /** The condition as it was saved. */
  condition: SavedCondition;
  /** The same in words, of a crowd's. */
  words?: Words | null;
  /** The user's value; absent where it is unknown. An average is the amount by the number of payments. */
  value?: string | null;
  /** Whether it holds. */
  holds: boolean;
  /** When that changes if nobody does anything; absent where it never does. */
  changes_at?: string | null;
  /** What is in the window, the newest last: twenty at most. */
  events?: EventView[];
  /** How many older ones are in the window too. */
  older_events?: number;
};

/** A count. */
export type CountView = {
  /** The merchant. */
  pid: string;
  /** The crowd's name, or what the group's app says of it. */
  name: string;
  /** The group's own id; a crowd's stands in the request. */
  crowd_group_id?: string | null;
  /** The group's shop. */
  shop_id?: string | null;
  /** The group's app. */
  app_id?: string | null;
  /** How many members. */
  total: number;
  /** What they paid the merchant, yuan; absent while the merchant has no trades. */
  sum?: string | null;
  /** The members by each dimension, in the order asked for. */
  dimensions?: Spread[];
  /** Where that was asked for: how many members the merchant has, then how many are left after each condition. */
  steps?: number[];
  /** The conditions in words, one for one; of a crowd group's there are none. */
  words?: Words[];
  /** How many changes the index had taken in: a later count may be another only where this is another. */
  index_version: number;
  /** How long the counting took, microseconds of real time. */
  took_us: number;
};

/** A crowd. */
export type CrowdView = {
  /** Its id. */
  crowd_id: string;
  /** Its name. */
  name: string;
  /** When it was made. */
  created_at: string;
  /** Its conditions, as they are saved. */
  conditions: TagCondition[];
  /** The same in words. */
  words: Words[];
  /** How many members it has now; absent where its conditions no longer fit the merchant's tags. */
  total?: number | null;
  /** How many activities are for it, those that are over among them. */
  activities: number;
  /** How many times vouchers were sent to it. */
  batches: number;
};

/** A page of crowds. */
export type Crowds = {
  /** The newest first. */
  crowds: CrowdView[];
  /** The place to go on from; absent at the end. */
  next: string | null;
};

/** One delivery. */
export type Delivery = {
  /** From 1 up. */
  attempt: number;
  /** When it began. */
  at: string;
  /** How long it took, milliseconds of real time. */
  took_ms: number;
  /** HTTP's status, if there was an answer. */
  status: number | null;
  /** The first of what was answered. */
  answer: string | null;
  /** Why there was no answer. */
  error: string | null;
  /** The charset that it was signed and sent in. */
  charset: string;
  /** The string that was signed, exactly; absent where the notification cannot be read. */
  signed: string | null;
};

/** Something that is not what it should be. */
export type Difference = {
  /** Whose. */
  subject: string;
  /** What the store has. */
  stored: string;
  /** What its parts come to. */
  computed: string;
};

/** What has ended. */
export type EndedSessions = {
  /** How many sessions. */
  ended: number;
};

/** A change of points. */
export type EntryView = {
  /** Its number. */
  point_log_no: string;
  /** `DEPOSIT`, `CONSUME`, `FREEZE`, `COMMIT` or `CANCEL`. */
  trans_type: string;
  /** How many. */
  points: number;
  /** When. */
  at: string;
  /** The payment of a deposit, or what freeze ended, as the caller wrote it. */
  biz_no?: string | null;
  /** Where. */
  shop_id?: string | null;
  /** What the caller said of it. */
  memo?: string | null;
  /** The app that called; the end of a card calls itself. */
  app_id?: string | null;
};

/** What the user did. */
export type EventView = {
  /** When. */
  at: string;
  /** What was paid, less refunds, yuan. */
  amount?: string | null;
};

/** What a crowd group asks of its members. */
export type FactCondition = {
  /** What is looked at. */
  operator_rule: string;
  /** How many days before now count. */
  period?: string | null;
  /** How it is compared. */
  logical_operator: string;
  /** What it is compared with. */
  operation_value: string;
  /** What that counts. */
  rule_unit: string;
};

/** A freeze that waits for COMMIT or CANCEL. Times are those of the wire. */
export type FreezeView = {
  /** What COMMIT and CANCEL call it. */
  point_log_no: string;
  /** The merchant. */
  pid: string;
  /** The card. */
  activity_account: string;
  /** Whose points. */
  user_id: string;
  /** How many. */
  points: number;
  /** Since when it waits. */
  frozen_at: string;
  /** When its card ends, and it is cancelled. */
  card_ends: string;
};

/** What a call has sent and was answered, as text. Texts are those of the finished call until they are written. */
export type FullCall = {
  /** The charset that the call declared, in which its answer is written. */
  charset: string;
  /** Whether its signature was verified. */
  verified: boolean;
  /** The parameters as received, decoded from the URL's form, by name. */
  parameters: [string, string][];
  /** The names of those that the signature does not cover, beside `sign`. */
  unsigned?: string[];
  /** What the content says, where it was encrypted. */
  content?: string | null;
  /** The string that was signed, of a call through `/v3`; of others it is made of the parameters. */
  string?: string | null;
  /** The files that came with it: parameter, name and length. */
  files?: string[];
  /** The members of its content that the method does not know, with the one that each may be meant for. */
  unknown?: string[];
  /** The answer's node, not encrypted. */
  answer: string;
  /** Whether names, ids and secrets are hidden. */
  masked?: boolean;
};

/** Money that went into a fund or came out of it. */
export type FundEntryView = {
  /** When. */
  at: string;
  /** `fund` its sponsor paid, `voucher` a voucher paid for a trade, `recycle` went back to the sponsor. */
  kind: string;
  /** How much, yuan; below zero what came out. */
  amount: string;
  /** The account at the other end. */
  account_id: string;
  /** The trade that a voucher paid for. */
  trade_no?: string | null;
};

/** A template's fund: `funded` is `used`, `recycled` and `outstanding` together. */
export type FundView = {
  /** The template. */
  template_id: string;
  /** Its status, as the wire spells it: `S` is sent from, `E` ended. */
  status: string;
  /** Who paid for it. */
  sponsor_id: string;
  /** What was paid for it. */
  funded: string;
  /** What its vouchers paid for trades. */
  used: string;
  /** What went back to who paid. */
  recycled: string;
  /** What is in the fund. */
  outstanding: string;
  /** How many vouchers were paid for. */
  vouchers: number;
  /** How many of them were sent. */
  sent: number;
  /** How many were used. */
  vouchers_used: number;
  /** How many nobody used in time. */
  vouchers_expired: number;
};

/** A merchant's money. Amounts are yuan. */
export type FundsView = {
  /** What is in the merchant's account. */
  balance: string;
  /** The funds of its templates that were paid for, newest first. */
  funds: FundView[];
  /** Where the next page begins; `null` with the last one. */
  next: string | null;
};

/** A role for a merchant. */
export type GrantView = {
  /** The merchant; `*` for all. */
  pid: string;
  /** `owner`, `marketer`, `finance`, `developer` or `viewer`. */
  role: string;
  /** The app that the operator acts as, where it matters. */
  app_id: string | null;
};

/** A way in. */
export type Invitation = {
  /** The operator. */
  name: string;
  /** Whether the operator is new. */
  is_new: boolean;
  /** The address below the console's that sets the password, once. */
  path: string;
  /** Until when, `yyyy-MM-dd HH:mm:ss` in UTC+8, by the machine's clock. */
  until: string;
};

/** A tag. */
export type ListedTag = {
  /** What conditions call it. */
  code: string;
  /** What people call it. */
  name: string;
  /** `enum`, `number`, `date`, `text` or `location`. */
  kind: string;
  /** Whether a count may be broken down by it. */
  is_dimension: boolean;
  /** The operators of its kind, as `IN`. */
  operators: string[];
  /** The closed list of its values; empty where any value may stand. */
  values: ListedValue[];
};

/** One value of a closed list. */
export type ListedValue = {
  /** What conditions call it. */
  value: string;
  /** What people call it. */
  label: string;
};

/** A part of the log. */
export type LogPart = {
  /** The calls. */
  calls: CallSummary[];
  /** The place from which to read on, for `after`. */
  end: number;
};

/** A merchant that an operator may see. */
export type MerchantGrant = {
  pid: string;
  /** Its name; its PID if it has none. */
  name: string;
  /** The rights that the operator has for it: `read`, `market`, `money`, `develop`, `own`. */
  rights: string[];
};

/** How far a clock was moved. Times are UTC milliseconds. */
export type Movement = {
  /** From when. */
  from: number;
  /** To when. */
  to: number;
  /** At how many times something was due on the way. */
  stops: number;
};

/** A notification. Times are as the wire has them, UTC+8. */
export type NoticeSummary = {
  /** What its receiver knows it by. */
  notify_id: string;
  /** What kind of event it tells. */
  notify_type: string;
  /** The merchant whom it is about. */
  pid: string;
  /** The app that registered the address. */
  app_id: string;
  /** What it is about, such as a trade's number. */
  subject: string;
  /** Where it goes. */
  url: string;
  /** `PENDING`, `DELIVERED` or `FAILED`. */
  state: string;
  /** How often it was delivered. */
  attempts: number;
  /** When the event was. */
  created_at: string;
  /** When it is delivered next. */
  next_at: string | null;
};

/** A notification with everything that is known of it. */
export type NoticeView = {
  /** What its receiver knows it by. */
  notify_id: string;
  /** What kind of event it tells. */
  notify_type: string;
  /** The merchant whom it is about. */
  pid: string;
  /** The app that registered the address. */
  app_id: string;
  /** What it is about, such as a trade's number. */
  subject: string;
  /** Where it goes. */
  url: string;
  /** `PENDING`, `DELIVERED` or `FAILED`. */
  state: string;
  /** How often it was delivered. */
  attempts: number;
  /** When the event was. */
  created_at: string;
  /** When it is delivered next. */
  next_at: string | null;
  /** The merchant's own app, where an ISV's acts for it. */
  auth_app_id: string;
  /** `RSA2` or `RSA`. */
  sign_type: string;
  /** What the event says, without the envelope. */
  members: unknown;
  /** Every delivery, in order. */
  deliveries: Delivery[];
};

/** An operator, as far as whoever asks may see. */
export type OperatorView = {
  /** The name. */
  name: string;
  /** Whether the operator may sign in. */
  enabled: boolean;
  /** Whether a password is set. */
  has_password: boolean;
  /** When the operator was made, `yyyy-MM-dd HH:mm:ss` in UTC+8, by the machine's clock. */
  made_at: string;
  /** The roles, by merchant. */
  grants: GrantView[];
  /** The sessions that last or ended by themselves a while ago. */
  sessions: number;
  /** When the last of them was used. */
  seen_at: string | null;
};

/** Operators. */
export type Operators = {
  /** By name. */
  operators: OperatorView[];
  /** What `after` is to be for the next ones; none when these are the last. */
  next: string | null;
};

/** Whose key it is. */
export type OwnerView = {
  /** Whether the platform signs with it. */
  is_platform: boolean;
  /** The apps whose calls are verified with it. */
  app_ids: string[];
};

/** What a recipient got. */
export type RecipientView = {
  /** The recipient's place in the list, from 1; in a file, the line. */
  place: number;
  /** A user id, or `login_id:…`, `taobao_nick:…`. */
  recipient: string;
  /** The voucher. */
  voucher_id?: string | null;
  /** Why there is none, as `voucher.send` tells it. */
  error?: string | null;
};

/** A recording. */
export type RecordingView = {
  /** The app. */
  app_id: string;
  /** When it ends by itself, by the machine's clock; absent where it has ended. */
  until?: string | null;
};

/** One refund of it. */
export type RefundView = {
  out_request_no: string;
  refund_amount: string;
  gmt_refund_pay: string;
  reason?: string | null;
};

/** A refused signature, or another call whose caller has most likely made a mistake. */
export type RejectedCall = {
  /** The call's trace id, which its caller was told. */
  trace_id: string;
  /** When, UTC milliseconds. */
  at: number;
  /** Whose key did not fit. */
  app_id: string;
  /** What was called. */
  method: string;
  /** A short name of what is likely wrong; empty if nothing was found. */
  cause: string;
  /** What to tell whoever asks. */
  detail: string;
};

/** What came of a world file. A refusal is part of the answer: it names the table that it is about, whose line the reader of the file knows. */
export type Response = {
  applied: ApplyReport;
} | {
  refused: {
    /** The kind of the table that is meant. */
    table: string;
    /** That table's id. */
    id: string;
    /** What is wrong. */
    message: string;
  };
};

/** What was revoked. */
export type Revoked = {
  /** The app. */
  app_id: string;
  /** The merchant or the user. */
  account_id: string;
  /** The tokens and codes that worked until now; none when it was revoked before. */
  ended: number;
};

/** One line of the proof. */
export type Row = {
  /** What was recomputed. */
  name: string;
  /** How many. */
  checked: number;
  /** How many are not what they should be. */
  differences: number;
  /** The first of them. */
  named: Difference[];
};

/** A sample. */
export type SampleView = {
  /** The conditions in words. */
  words: Words[];
  /** Up to twenty members. A crowd of very few among very many may have some that were not found. */
  members: SampledMember[];
  /** How many of the merchant's members were looked at to find these. */
  looked_at: number;
};

/** A member of the sample. */
export type SampledMember = {
  /** The account id. */
  user_id: string;
  /** The login id; absent where the account has none. */
  login_id?: string | null;
  /** The nickname on Taobao; absent where the account has none. */
  taobao_nick?: string | null;
  /** For each condition the member's value, by its label where it has one; nothing where it is unknown. */
  values: (string | null)[];
};

/** A condition as it is saved. */
export type SavedCondition = TagCondition | FactCondition;

/** A session. Its times are `yyyy-MM-dd HH:mm:ss` in UTC+8, by the machine's clock. */
export type SessionSummary = {
  /** The operator. */
  name: string;
  /** When it began. */
  began_at: string;
  /** About when it was last used. */
  seen_at: string;
  /** The address that it began from. */
  address: string;
  /** What the browser says of itself. */
  browser: string;
  /** Whether it is the one that asks. */
  is_own: boolean;
};

/** An operator who is signed in. */
export type SessionView = {
  /** The operator's name; `local` for whoever sits at a stand-in's own machine. */
  name: string;
  /** `stand-in` or `platform`. */
  mode: string;
  /** The build's version. */
  version: string;
  /** The merchants that the operator may see, by PID. */
  merchants: MerchantGrant[];
  /** The methods that the operator may call for one of them or for the whole store, by name. */
  methods: string[];
};

/** What a shop took and gave back on a day. */
export type ShopDayView = {
  /** The day in UTC+8. */
  day: string;
  /** The shop; empty for trades of no shop. */
  shop_id: string;
  /** How many trades were paid. */
  trades: number;
  /** Their prices. */
  total_amount: string;
  /** What buyers paid of that; vouchers paid the rest. */
  buyer_pay_amount: string;
  /** What the merchant got: takings. */
  receipt_amount: string;
  /** How many refunds there were. */
  refunds: number;
  /** What they were about. */
  refunded_amount: string;
  /** What buyers got back of that. */
  refunded_buyer_amount: string;
};

/** A shop. */
export type ShopView = {
  /** Its id. */
  shop_id: string;
  /** What people call it. */
  name: string;
  /** The merchant's number for it. */
  store_id?: string | null;
  /** Where people find it. */
  address?: string | null;
  /** What kind of shop it is. */
  shop_type?: string | null;
};

/** Shops, by id. */
export type ShopsView = {
  /** The shops. */
  shops: ShopView[];
  /** Where the next page begins; `null` with the last one. */
  next: string | null;
};

/** How the members spread over one dimension. */
export type Spread = {
  /** The tag's code. */
  label: string;
  /** How many members have each value, by the value's label. */
  value: Record<string, number>;
};

/** What would be sent, or is. */
export type Started = {
  /** How many recipients the list has. */
  recipients: number;
  /** How many vouchers of the template are left. */
  left: number;
  /** Whether the list had a batch of this template before this call. */
  known: boolean;
  /** The batch; absent where nothing was begun. */
  batch?: BatchView | null;
};

/** A fund and its entries. */
export type StatementView = {
  /** What is in it. */
  fund: FundView;
  /** Its entries, newest first. */
  entries: FundEntryView[];
  /** Where the next page begins; `null` with the last one. */
  next: string | null;
};

/** Sums. Amounts are yuan. Payments count on the day on which they were paid, refunds on their own. */
export type SumsView = {
  /** How many trades were paid. */
  trades: number;
  /** Their prices. */
  total_amount: string;
  /** What buyers paid of that; vouchers paid the rest. */
  buyer_pay_amount: string;
  /** What the merchant got: takings. */
  receipt_amount: string;
  /** How many refunds there were. */
  refunds: number;
  /** What they were about. */
  refunded_amount: string;
  /** What buyers got back of that. */
  refunded_buyer_amount: string;
};

/** What a crowd asks of its members. */
export type TagCondition = {
  /** The operator. */
  op: string;
  /** The tag. */
  tagCode: string;
  /** What the member's value is compared with. */
  value: string;
};

/** The tags. */
export type Tags = {
  /** The platform's eight, then the merchant's own. */
  tags: ListedTag[];
};

/** The coupons that were taken of a budget. */
export type Taken = {
  /** In all. */
  total: number;
  /** Today, where it has a daily budget. */
  today: number | null;
};

/** A token. */
export type TokenView = {
  /** Who may use it. */
  user_id: string;
  /** The activity that gives. */
  camp_id: string;
  /** The activity's name. */
  name: string;
  /** The coupon that it is for. */
  prize_id: string;
  /** When it was given. */
  gmt_create: string;
  /** When it ends. */
  gmt_expired: string;
  /** Whether it has ended. */
  expired: boolean;
};

/** Tokens that nobody has used. */
export type TokensView = {
  /** The tokens. */
  tokens: TokenView[];
  /** Where the next page begins; `null` with the last one. */
  next: string | null;
};

/** Days and their sums, newest first. */
export type TotalsView = {
  /** A line for each shop and day with a payment or a refund. */
  days: ShopDayView[];
  /** The sums of all that was asked for, on whatever page. */
  sum: SumsView;
  /** Where the next page begins; `null` with the last one. */
  next: string | null;
};

/** A trade as a list shows it. Amounts are yuan, times those of the wire. */
export type TradeLineView = {
  /** Its number. */
  trade_no: string;
  /** The merchant's number for it. */
  out_trade_no: string;
  /** Who pays. */
  buyer_id: string;
  /** Its status. */
  trade_status: string;
  /** What it is for. */
  subject: string;
  /** Its price. */
  total_amount: string;
  /** What the buyer paid; absent while unpaid. */
  buyer_pay_amount?: string | null;
  /** What the merchant got; absent while unpaid. */
  receipt_amount?: string | null;
  /** The sum of its refunds. */
  refunded_amount: string;
  /** Its shop. */
  shop_id?: string | null;
  /** When it was made. */
  gmt_create: string;
  /** When it was paid. */
  gmt_payment?: string | null;
};

/** A page of trades. It may have fewer than were asked for, or none, and still a next one. */
export type TradePageView = {
  /** The trades. */
  trades: TradeLineView[];
  /** Where the next page begins; `null` with the last one. */
  next: string | null;
};

/** Everything about a trade. Amounts are yuan, times those of the wire; what is not known yet is absent. */
export type TradeView = {
  trade_no: string;
  out_trade_no: string;
  pid: string;
  buyer_id: string;
  trade_status: string;
  subject: string;
  total_amount: string;
  buyer_pay_amount?: string | null;
  receipt_amount?: string | null;
  refunded_amount: string;
  shop_id?: string | null;
  gmt_create: string;
  expires?: string | null;
  gmt_payment?: string | null;
  gmt_close?: string | null;
  notify_url?: string | null;
  /** Where its buyer pays, while it waits for that. */
  cashier_uri?: string | null;
  refunds: RefundView[];
  /** What it was paid with beside money. */
  vouchers?: VoucherUseView[];
};

/** What uses a crowd. */
export type Usage = {
  /** The crowd's name. */
  name: string;
  /** Whether it can be deleted: no activity that is not over is for it. */
  can_be_deleted: boolean;
  /** The activities for its members, the newest first; a thousand at most. */
  activities: ActivitySummary[];
  /** The batches of vouchers that were sent to it, the newest first; a thousand at most. */
  batches: BatchView[];
};

/** A voucher that it was paid with. */
export type VoucherUseView = {
  voucher_id: string;
  name: string;
  amount: string;
  refunded_amount: string;
};

/** A coupon or cash voucher. Times are as the wire has them; what is not known yet is absent. */
export type VoucherView = {
  voucher_id: string;
  name: string;
  /** The template of a cash voucher. */
  template_id?: string | null;
  /** The merchant that gives it. */
  pid: string;
  user_id: string;
  status: string;
  gmt_create: string;
  gmt_active: string;
  gmt_expired: string;
  /** The trade that holds it, or was paid with it. */
  trade_no?: string | null;
  /** The end of that trade's hold. */
  held_until?: string | null;
  gmt_used?: string | null;
  /** The address of its holder's page. */
  voucher_uri: string;
};

/** Why somebody is in, or is not. */
export type WhyView = {
  /** The merchant. */
  pid: string;
  /** The crowd's name, or what the group's app says of it. */
  name: string;
  /** The group's own id; a crowd's stands in the request. */
  crowd_group_id?: string | null;
  /** The group's shop. */
  shop_id?: string | null;
  /** The group's app. */
  app_id?: string | null;
  /** Who was asked about. */
  user_id: string;
  /** The moment that the answer is of. */
  at: string;
  /** Whether the user is in. */
  is_in: boolean;
  /** When that changes if nobody does anything; absent where it never does. */
  changes_at?: string | null;
  /** Each condition. */
  conditions: ConditionView[];
};

/** The same in both languages. */
export type Words = {
  /** In Chinese. */
  zh: string;
  /** In English. */
  en: string;
};

/** The limits of each request, for forms. */
export const shapes = {
  'koubei.marketing.campaign.tags.query': {},
  'koubei.marketing.campaign.crowd.count': { conditions: { kind: 'json', max: 65535, of: { kind: 'list', max: 64, of: { kind: 'object', members: { op: { kind: 'text', required: true }, tagCode: { kind: 'text', required: true }, value: { kind: 'text', required: true }, tag_code: { kind: 'text' } } } } }, crowd_group_id: { kind: 'text', max: 32 }, dimensions: { kind: 'json', max: 1024, of: { kind: 'list', of: { kind: 'form', form: "the code of a built-in tag" } } } },
  'koubei.marketing.campaign.crowd.create': { out_biz_no: { kind: 'text', required: true, max: 32 }, name: { kind: 'text', required: true, max: 64 }, conditions: { kind: 'json', required: true, max: 65535, of: { kind: 'list', max: 64, of: { kind: 'object', members: { op: { kind: 'text', required: true }, tagCode: { kind: 'text', required: true }, value: { kind: 'text', required: true }, tag_code: { kind: 'text' } } } } } },
  'koubei.marketing.campaign.crowd.modify': { out_biz_no: { kind: 'text', required: true, max: 32 }, crowd_group_id: { kind: 'text', required: true, max: 32 }, conditions: { kind: 'json', required: true, max: 65535, of: { kind: 'list', max: 64, of: { kind: 'object', members: { op: { kind: 'text', required: true }, tagCode: { kind: 'text', required: true }, value: { kind: 'text', required: true }, tag_code: { kind: 'text' } } } } } },
  'koubei.marketing.campaign.crowd.delete': { crowd_group_id: { kind: 'text', required: true, max: 32 } },
  'koubei.marketing.campaign.crowd.batchquery': { name: { kind: 'text', max: 64 }, page_number: { kind: 'integer', max: 9999999999 }, page_size: { kind: 'integer', max: 100 } },
  'koubei.marketing.campaign.crowd.detail.query': { crowd_group_id: { kind: 'text', required: true, max: 32 } },
  'koubei.marketing.campaign.activity.create': { out_biz_no: { kind: 'text', required: true, max: 32 }, name: { kind: 'text', required: true, max: 40 }, type: { kind: 'choice', required: true, choices: ['POINT_SEND', 'DIRECT_SEND', 'CONSUME_SEND', 'REAL_TIME_SEND', 'GUESS_SEND', 'RECHARGE_SEND'] }, start_time: { kind: 'date', required: true }, end_time: { kind: 'date', required: true }, desc: { kind: 'text', max: 1024 }, budget_info: { kind: 'object', members: { budget_total: { kind: 'integer', required: true, max: 9999999999 }, budget_type: { kind: 'choice', required: true, choices: ['QUANTITY'] }, sub_budget_dimension: { kind: 'choice', choices: ['D'] }, sub_value: { kind: 'integer', max: 9999999999 } } }, constraint_info: { kind: 'object', required: true, members: { suit_shops: { kind: 'list', max: 100000, of: { kind: 'text', max: 28 } }, user_win_count: { kind: 'integer', max: 9999999999 }, user_win_frequency: { kind: 'form', form: "`D||n`, `W||n` or `M||n`: n times a day, week or month" }, crowd_group_id: { kind: 'text', max: 32 }, crowd_restriction: { kind: 'choice', choices: ['NEW_MEMBER_PROMO', 'STUDENT', 'MEMBER_CARD'] }, crowd_restriction_value: { kind: 'text', max: 1024 }, min_cost: { kind: 'amount', max: 16 }, item_ids: { kind: 'list', max: 500, of: { kind: 'text', max: 64 } }, cash_pool_id: { kind: 'text', max: 32 }, subsidy_percent: { kind: 'text', max: 8 } } }, promo_tools: { kind: 'list', required: true, max: 20, of: { kind: 'object', members: { voucher: { kind: 'object', members: { type: { kind: 'choice', required: true, choices: ['MONEY', 'EXCHANGE', 'REDUCETO', 'RATE', 'PER_FULL_CUT'] }, name: { kind: 'text', required: true, max: 64 }, brand_name: { kind: 'text', required: true, max: 64 }, logo: { kind: 'text', required: true, max: 64 }, voucher_img: { kind: 'text', max: 64 }, desc: { kind: 'text', max: 500 }, use_instructions: { kind: 'list', max: 6, of: { kind: 'text', max: 100 } }, worth_value: { kind: 'amount', max: 16 }, max_amount: { kind: 'amount', max: 16 }, rate: { kind: 'form', form: "a share from 0.11 to 0.99 with at most two decimals" }, validate_type: { kind: 'choice', required: true, choices: ['FIXED', 'RELATIVE'] }, start_time: { kind: 'date' }, end_time: { kind: 'date' }, relative_time: { kind: 'integer', max: 99999 }, effect_type: { kind: 'choice', choices: ['IMMEDIATELY', 'DELAY'] }, delay_info: { kind: 'object', members: { type: { kind: 'choice', required: true, choices: ['ABSOLUTELY', 'BYDAY'] }, value: { kind: 'integer', required: true, max: 99999999 } } }, donate_flag: { kind: 'choice', choices: ['true', 'false'] }, multi_use_mode: { kind: 'choice', choices: ['NO_MULTI', 'MULTI_USE_WITH_SINGLE', 'MULTI_USE_WITH_OTHERS'] }, rounding_rule: { kind: 'choice', choices: ['NOT_AUTO_ROUNDING', 'AUTO_ROUNDING_YUAN', 'AUTO_ROUNDING_JIAO', 'ROUNDING_UP_YUAN', 'ROUNDING_UP_JIAO'] }, verify_mode: { kind: 'choice', choices: ['USER_CLICK', 'MERCHANT_SCAN'] }, voucher_note: { kind: 'text', max: 256 }, allow_split: { kind: 'flag' }, ext_info: { kind: 'text', max: 1024 }, clause_terms: { kind: 'list', max: 1000, of: { kind: 'object', members: { title: { kind: 'text', max: 64 }, descriptions: { kind: 'list', max: 1000, of: { kind: 'text', max: 256 } } } } }, desc_detail_list: { kind: 'list', max: 1000, of: { kind: 'object', members: { title: { kind: 'text', max: 64 }, details: { kind: 'list', max: 1000, of: { kind: 'text', max: 256 } }, images: { kind: 'list', max: 1000, of: { kind: 'text', max: 512 } }, url: { kind: 'text', max: 512 } } } }, display_config: { kind: 'object', members: { slogan: { kind: 'text', max: 64 }, slogan_img: { kind: 'text', max: 64 } } }, item_info: { kind: 'object', members: { item_ids: { kind: 'list', required: true, max: 500, of: { kind: 'text', max: 64 } }, item_name: { kind: 'text', max: 64 }, item_text: { kind: 'text', max: 256 }, item_imgs: { kind: 'list', max: 3, of: { kind: 'text', max: 64 } }, item_link: { kind: 'text', max: 512 }, original_price: { kind: 'amount', max: 16 }, max_discount_num: { kind: 'integer', max: 99999999 }, min_consume_num: { kind: 'integer', max: 99999999 }, total_max_discount_num: { kind: 'integer', max: 99999999 }, sku_min_consume: { kind: 'amount', max: 16 } } }, use_rule: { kind: 'object', required: true, members: { suit_shops: { kind: 'list', max: 100000, of: { kind: 'text', max: 28 } }, min_consume: { kind: 'amount', max: 16 }, use_time: { kind: 'list', max: 1000, of: { kind: 'object', members: { dimension: { kind: 'choice', required: true, choices: ['W'] }, values: { kind: 'text', required: true, max: 32 }, times: { kind: 'text', required: true, max: 256 } } } }, forbidden_time: { kind: 'object', members: { days: { kind: 'text', max: 512 } } }, limit_rule: { kind: 'choice', choices: ['USE_NO_LIMIT', 'USE_ON_CURRENT_PAY_CHANNEL', 'NOT_ALLOWED_USE'] }, pay_redirect_url: { kind: 'text', max: 512 }, ext_info: { kind: 'text', max: 1024 } } } } }, point_card: { kind: 'object', members: { name: { kind: 'text', required: true, max: 64 }, desc: { kind: 'text', max: 16 }, logo: { kind: 'text', required: true, max: 64 }, start_time: { kind: 'date', required: true }, end_time: { kind: 'date', required: true }, type: { kind: 'choice', choices: ['POINT_CARD'] } } }, send_rule: { kind: 'object', members: { allow_repeat_send: { kind: 'choice', choices: ['true', 'false'] }, min_cost: { kind: 'amount', max: 16 }, send_budget: { kind: 'integer', max: 9999999999 }, send_num: { kind: 'integer', max: 5 } } }, voucher_no: { kind: 'text', max: 32 } } } }, publish_channels: { kind: 'list', max: 1000, of: { kind: 'object', members: { type: { kind: 'choice', required: true, choices: ['QR_CODE', 'SHORT_LINK', 'SHOP_DETAIL', 'PAYMENT_RESULT', 'MERCHANT_CROWD', 'URL_WITH_TOKEN', 'EXTERNAL'] }, name: { kind: 'text', max: 64 }, config: { kind: 'text', max: 2048 }, ext_info: { kind: 'text', max: 1024 } } } }, recruit_tool: { kind: 'object', members: { start_time: { kind: 'date' }, end_time: { kind: 'date' }, exclude_constraint_shops: { kind: 'flag' }, pid_shops: { kind: 'list', max: 1000, of: { kind: 'object', members: { pid: { kind: 'text', required: true, max: 16 }, shop_ids: { kind: 'list', required: true, max: 100000, of: { kind: 'text', max: 28 } } } } } } }, auto_delay_flag: { kind: 'choice', choices: ['Y', 'N'] }, ext_info: { kind: 'text', max: 1024 } },
  'koubei.marketing.campaign.activity.query': { camp_id: { kind: 'text', required: true, max: 32 } },
  'koubei.marketing.campaign.activity.modify': { out_biz_no: { kind: 'text', required: true, max: 32 }, camp_id: { kind: 'text', required: true, max: 32 }, name: { kind: 'text', required: true, max: 40 }, type: { kind: 'choice', required: true, choices: ['POINT_SEND', 'DIRECT_SEND', 'CONSUME_SEND', 'REAL_TIME_SEND', 'GUESS_SEND', 'RECHARGE_SEND'] }, start_time: { kind: 'date', required: true }, end_time: { kind: 'date', required: true }, desc: { kind: 'text', max: 1024 }, budget_info: { kind: 'object', members: { budget_total: { kind: 'integer', required: true, max: 9999999999 }, budget_type: { kind: 'choice', required: true, choices: ['QUANTITY'] }, sub_budget_dimension: { kind: 'choice', choices: ['D'] }, sub_value: { kind: 'integer', max: 9999999999 } } }, constraint_info: { kind: 'object', required: true, members: { suit_shops: { kind: 'list', max: 100000, of: { kind: 'text', max: 28 } }, user_win_count: { kind: 'integer', max: 9999999999 }, user_win_frequency: { kind: 'form', form: "`D||n`, `W||n` or `M||n`: n times a day, week or month" }, crowd_group_id: { kind: 'text', max: 32 }, crowd_restriction: { kind: 'choice', choices: ['NEW_MEMBER_PROMO', 'STUDENT', 'MEMBER_CARD'] }, crowd_restriction_value: { kind: 'text', max: 1024 }, min_cost: { kind: 'amount', max: 16 }, item_ids: { kind: 'list', max: 500, of: { kind: 'text', max: 64 } }, cash_pool_id: { kind: 'text', max: 32 }, subsidy_percent: { kind: 'text', max: 8 } } }, promo_tools: { kind: 'list', required: true, max: 20, of: { kind: 'object', members: { voucher: { kind: 'object', members: { type: { kind: 'choice', required: true, choices: ['MONEY', 'EXCHANGE', 'REDUCETO', 'RATE', 'PER_FULL_CUT'] }, name: { kind: 'text', required: true, max: 64 }, brand_name: { kind: 'text', required: true, max: 64 }, logo: { kind: 'text', required: true, max: 64 }, voucher_img: { kind: 'text', max: 64 }, desc: { kind: 'text', max: 500 }, use_instructions: { kind: 'list', max: 6, of: { kind: 'text', max: 100 } }, worth_value: { kind: 'amount', max: 16 }, max_amount: { kind: 'amount', max: 16 }, rate: { kind: 'form', form: "a share from 0.11 to 0.99 with at most two decimals" }, validate_type: { kind: 'choice', required: true, choices: ['FIXED', 'RELATIVE'] }, start_time: { kind: 'date' }, end_time: { kind: 'date' }, relative_time: { kind: 'integer', max: 99999 }, effect_type: { kind: 'choice', choices: ['IMMEDIATELY', 'DELAY'] }, delay_info: { kind: 'object', members: { type: { kind: 'choice', required: true, choices: ['ABSOLUTELY', 'BYDAY'] }, value: { kind: 'integer', required: true, max: 99999999 } } }, donate_flag: { kind: 'choice', choices: ['true', 'false'] }, multi_use_mode: { kind: 'choice', choices: ['NO_MULTI', 'MULTI_USE_WITH_SINGLE', 'MULTI_USE_WITH_OTHERS'] }, rounding_rule: { kind: 'choice', choices: ['NOT_AUTO_ROUNDING', 'AUTO_ROUNDING_YUAN', 'AUTO_ROUNDING_JIAO', 'ROUNDING_UP_YUAN', 'ROUNDING_UP_JIAO'] }, verify_mode: { kind: 'choice', choices: ['USER_CLICK', 'MERCHANT_SCAN'] }, voucher_note: { kind: 'text', max: 256 }, allow_split: { kind: 'flag' }, ext_info: { kind: 'text', max: 1024 }, clause_terms: { kind: 'list', max: 1000, of: { kind: 'object', members: { title: { kind: 'text', max: 64 }, descriptions: { kind: 'list', max: 1000, of: { kind: 'text', max: 256 } } } } }, desc_detail_list: { kind: 'list', max: 1000, of: { kind: 'object', members: { title: { kind: 'text', max: 64 }, details: { kind: 'list', max: 1000, of: { kind: 'text', max: 256 } }, images: { kind: 'list', max: 1000, of: { kind: 'text', max: 512 } }, url: { kind: 'text', max: 512 } } } }, display_config: { kind: 'object', members: { slogan: { kind: 'text', max: 64 }, slogan_img: { kind: 'text', max: 64 } } }, item_info: { kind: 'object', members: { item_ids: { kind: 'list', required: true, max: 500, of: { kind: 'text', max: 64 } }, item_name: { kind: 'text', max: 64 }, item_text: { kind: 'text', max: 256 }, item_imgs: { kind: 'list', max: 3, of: { kind: 'text', max: 64 } }, item_link: { kind: 'text', max: 512 }, original_price: { kind: 'amount', max: 16 }, max_discount_num: { kind: 'integer', max: 99999999 }, min_consume_num: { kind: 'integer', max: 99999999 }, total_max_discount_num: { kind: 'integer', max: 99999999 }, sku_min_consume: { kind: 'amount', max: 16 } } }, use_rule: { kind: 'object', required: true, members: { suit_shops: { kind: 'list', max: 100000, of: { kind: 'text', max: 28 } }, min_consume: { kind: 'amount', max: 16 }, use_time: { kind: 'list', max: 1000, of: { kind: 'object', members: { dimension: { kind: 'choice', required: true, choices: ['W'] }, values: { kind: 'text', required: true, max: 32 }, times: { kind: 'text', required: true, max: 256 } } } }, forbidden_time: { kind: 'object', members: { days: { kind: 'text', max: 512 } } }, limit_rule: { kind: 'choice', choices: ['USE_NO_LIMIT', 'USE_ON_CURRENT_PAY_CHANNEL', 'NOT_ALLOWED_USE'] }, pay_redirect_url: { kind: 'text', max: 512 }, ext_info: { kind: 'text', max: 1024 } } } } }, point_card: { kind: 'object', members: { name: { kind: 'text', required: true, max: 64 }, desc: { kind: 'text', max: 16 }, logo: { kind: 'text', required: true, max: 64 }, start_time: { kind: 'date', required: true }, end_time: { kind: 'date', required: true }, type: { kind: 'choice', choices: ['POINT_CARD'] } } }, send_rule: { kind: 'object', members: { allow_repeat_send: { kind: 'choice', choices: ['true', 'false'] }, min_cost: { kind: 'amount', max: 16 }, send_budget: { kind: 'integer', max: 9999999999 }, send_num: { kind: 'integer', max: 5 } } }, voucher_no: { kind: 'text', max: 32 } } } }, publish_channels: { kind: 'list', max: 1000, of: { kind: 'object', members: { type: { kind: 'choice', required: true, choices: ['QR_CODE', 'SHORT_LINK', 'SHOP_DETAIL', 'PAYMENT_RESULT', 'MERCHANT_CROWD', 'URL_WITH_TOKEN', 'EXTERNAL'] }, name: { kind: 'text', max: 64 }, config: { kind: 'text', max: 2048 }, ext_info: { kind: 'text', max: 1024 } } } }, recruit_tool: { kind: 'object', members: { start_time: { kind: 'date' }, end_time: { kind: 'date' }, exclude_constraint_shops: { kind: 'flag' }, pid_shops: { kind: 'list', max: 1000, of: { kind: 'object', members: { pid: { kind: 'text', required: true, max: 16 }, shop_ids: { kind: 'list', required: true, max: 100000, of: { kind: 'text', max: 28 } } } } } } }, auto_delay_flag: { kind: 'choice', choices: ['Y', 'N'] }, ext_info: { kind: 'text', max: 1024 } },
  'koubei.marketing.campaign.activity.offline': { out_biz_no: { kind: 'text', required: true, max: 32 }, camp_id: { kind: 'text', required: true, max: 32 }, reason: { kind: 'text', max: 1024 }, ext_info: { kind: 'text', max: 1024 } },
  'koubei.marketing.campaign.activity.batchquery': { page_number: { kind: 'integer', max: 9999999999 }, page_size: { kind: 'integer', max: 100 }, query_criterias: { kind: 'list', max: 1000, of: { kind: 'object', members: { field_name: { kind: 'choice', required: true, choices: ['name', 'startTime', 'endTime', 'status'] }, operator: { kind: 'choice', required: true, choices: ['EQUAL', 'IN'] }, field_value: { kind: 'text', required: true, max: 256 } } } } },
  'koubei.marketing.tool.points.query': { activity_account: { kind: 'text', required: true, max: 32 }, user_id: { kind: 'text', required: true, max: 32 } },
  'koubei.marketing.tool.prizesend.auth': { req_id: { kind: 'text', required: true, max: 32 }, prize_id: { kind: 'text', required: true, max: 32 }, user_id: { kind: 'text', required: true, max: 32 } },
  'alipay.trade.query': { out_trade_no: { kind: 'text', max: 64 }, trade_no: { kind: 'text', max: 64 }, query_options: { kind: 'list', max: 1000, of: { kind: 'choice', choices: ['fund_bill_list', 'voucher_detail_list', 'discount_goods_detail', 'trade_settle_info', 'refund_detail_item_list'] } } },
  'alipay.trade.refund': { out_trade_no: { kind: 'text', max: 64 }, trade_no: { kind: 'text', max: 64 }, refund_amount: { kind: 'text', required: true, max: 32 }, out_request_no: { kind: 'text', max: 64 }, refund_reason: { kind: 'text', max: 256 }, refund_currency: { kind: 'choice', choices: ['CNY'] }, operator_id: { kind: 'text', max: 30 }, store_id: { kind: 'text', max: 32 }, terminal_id: { kind: 'text', max: 32 }, goods_detail: { kind: 'list', max: 1000, of: { kind: 'object', members: { goods_id: { kind: 'text', required: true, max: 32 }, goods_name: { kind: 'text', required: true, max: 256 }, quantity: { kind: 'integer', required: true, max: 9999999999 }, price: { kind: 'amount', required: true } } } }, query_options: { kind: 'list', max: 1000, of: { kind: 'choice', choices: ['fund_bill_list', 'voucher_detail_list', 'discount_goods_detail', 'trade_settle_info', 'refund_detail_item_list'] } } },
  'alipay.trade.cancel': { out_trade_no: { kind: 'text', max: 64 }, trade_no: { kind: 'text', max: 64 } },
  'alipay.trade.close': { out_trade_no: { kind: 'text', max: 64 }, trade_no: { kind: 'text', max: 64 }, operator_id: { kind: 'text', max: 28 } },
  'alipay.marketing.voucher.list.query': { template_id: { kind: 'text', required: true, max: 32 }, user_id: { kind: 'text', max: 20 }, open_id: { kind: 'text', max: 128 } },
  'alipay.marketing.voucher.query': { voucher_id: { kind: 'text', required: true, max: 28 } },
  'alipay.marketing.userule.pid.query': { pid: { kind: 'text', required: true, max: 16 } },
  'ant.merchant.expand.merchant.storelist.query': { pid: { kind: 'text', max: 16 }, is_include_cognate: { kind: 'flag' }, page_num: { kind: 'integer', max: 9999999999 }, page_size: { kind: 'integer', max: 30 } },
  'alipay.marketing.cashvoucher.template.create': { voucher_type: { kind: 'choice', required: true, choices: ['FIX_VOUCHER'] }, voucher_use_scene: { kind: 'choice', required: true, choices: ['ALIPAY_RECHARGE', 'ALIPAY_FEE', 'ALIPAY_COMMON'] }, fund_account: { kind: 'text', required: true, max: 128 }, brand_name: { kind: 'text', required: true, max: 64 }, publish_start_time: { kind: 'date', required: true }, publish_end_time: { kind: 'date', required: true }, voucher_valid_period: { kind: 'json', required: true, max: 512, of: { kind: 'object', members: { type: { kind: 'text', required: true }, start: { kind: 'date' }, end: { kind: 'date' }, duration: { kind: 'integer', max: 9999999999 }, unit: { kind: 'text' } } } }, floor_amount: { kind: 'amount', required: true, max: 13 }, amount: { kind: 'amount', required: true, max: 13 }, voucher_quantity: { kind: 'integer', required: true, max: 99999999 }, voucher_description: { kind: 'json', max: 1024, of: { kind: 'list', max: 10, of: { kind: 'text', max: 50 } } }, out_biz_no: { kind: 'text', required: true, max: 64 }, redirect_uri: { kind: 'text', max: 512 }, notify_uri: { kind: 'text', max: 512 }, rule_conf: { kind: 'json', max: 2048, of: { kind: 'object', members: { PID: { kind: 'text' }, STORE: { kind: 'text' }, payeeUserId: { kind: 'text' }, bizProduct: { kind: 'text' }, CUSTOMBUSINESS: { kind: 'text' }, EBPPUSERNUM: { kind: 'text' } } } }, extension_info: { kind: 'json', max: 2048, of: { kind: 'object', members: { useMode: { kind: 'text' }, useModeData: { kind: 'object', members: { url: { kind: 'text', required: true }, signKeys: { kind: 'text' }, charset: { kind: 'text' }, signType: { kind: 'text' }, tag: { kind: 'text' } } } } } }, slogan: { kind: 'text', max: 6 } },
  'alipay.marketing.cashvoucher.template.modify': { template_id: { kind: 'text', required: true, max: 28 }, slogan: { kind: 'text', max: 6 }, publish_start_time: { kind: 'date' }, publish_end_time: { kind: 'date' }, voucher_valid_period: { kind: 'json', max: 512, of: { kind: 'object', members: { type: { kind: 'text', required: true }, start: { kind: 'date' }, end: { kind: 'date' }, duration: { kind: 'integer', max: 9999999999 }, unit: { kind: 'text' } } } }, out_biz_no: { kind: 'text', required: true, max: 64 } },
  'alipay.marketing.voucher.templatedetail.query': { template_id: { kind: 'text', required: true, max: 28 } },
  'alipay.marketing.voucher.templatelist.query': { create_start_time: { kind: 'date', required: true }, create_end_time: { kind: 'date', required: true }, page_num: { kind: 'integer', required: true, max: 9999999999 }, page_size: { kind: 'integer', required: true, max: 30 } },
  'alipay.marketing.voucher.template.delete': { template_id: { kind: 'text', required: true, max: 28 } },
  'punchcard.session.show': {},
  'punchcard.session.list': { name: { kind: 'text', max: 1024 }, limit: { kind: 'integer', required: true, max: 4294967295 } },
  'punchcard.session.end': { pid: { kind: 'text', max: 1024 }, name: { kind: 'text', required: true, max: 1024 } },
  'punchcard.operator.list': { pid: { kind: 'text', max: 1024 }, after: { kind: 'text', max: 1024 }, limit: { kind: 'integer', required: true, max: 4294967295 } },
  'punchcard.operator.invite': { pid: { kind: 'text', max: 1024 }, name: { kind: 'text', required: true, max: 1024 }, role: { kind: 'text', max: 1024 }, app_id: { kind: 'text', max: 1024 } },
  'punchcard.operator.grant': { pid: { kind: 'text', max: 1024 }, name: { kind: 'text', required: true, max: 1024 }, role: { kind: 'text', max: 1024 }, app_id: { kind: 'text', max: 1024 } },
  'punchcard.operator.enable': { pid: { kind: 'text', max: 1024 }, name: { kind: 'text', required: true, max: 1024 }, enabled: { kind: 'flag', required: true } },
  'punchcard.audit.list': { pid: { kind: 'text', max: 1024 }, name: { kind: 'text', max: 1024 }, after: { kind: 'integer', max: 9223372036854775807 }, limit: { kind: 'integer', required: true, max: 4294967295 } },
  'punchcard.world.apply': { text: { kind: 'text', max: 1073741824 } },
  'punchcard.prove.run': {},
  'punchcard.trade.show': { trade_no: { kind: 'text', max: 1024 }, pid: { kind: 'text', max: 1024 }, out_trade_no: { kind: 'text', max: 1024 } },
  'punchcard.trade.list': { pid: { kind: 'text', max: 1024 }, from: { kind: 'text', max: 10 }, until: { kind: 'text', max: 10 }, user_id: { kind: 'text', max: 1024 }, trade_status: { kind: 'choice', choices: ['WAIT_BUYER_PAY', 'TRADE_SUCCESS', 'TRADE_CLOSED', 'TRADE_FINISHED'] }, shop_id: { kind: 'text', max: 1024 }, after: { kind: 'text', max: 1024 }, limit: { kind: 'integer', max: 1000 } },
  'punchcard.trade.totals': { pid: { kind: 'text', max: 1024 }, from: { kind: 'text', max: 10 }, until: { kind: 'text', max: 10 }, shop_id: { kind: 'text', max: 1024 }, after: { kind: 'text', max: 1024 }, limit: { kind: 'integer', max: 1000 } },
  'punchcard.trade.bill': { pid: { kind: 'text', max: 1024 }, day: { kind: 'text', required: true, max: 10 } },
  'punchcard.voucher.show': { voucher_id: { kind: 'text', required: true, max: 1024 } },
  'punchcard.voucher.bar': { voucher_id: { kind: 'text', required: true, max: 1024 }, barred: { kind: 'flag', required: true } },
  'punchcard.voucher.send.start': { template_id: { kind: 'text', required: true, max: 1024 }, crowd_group_id: { kind: 'text', max: 1024 }, file: { kind: 'text', max: 1024 }, charset: { kind: 'text', max: 1024 }, memo: { kind: 'text', max: 128 }, again: { kind: 'flag', required: true }, partial: { kind: 'flag', required: true }, repeats: { kind: 'flag', required: true }, check: { kind: 'flag', required: true } },
  'punchcard.voucher.send.stop': { batch_id: { kind: 'text', required: true, max: 1024 }, stopped: { kind: 'flag', required: true } },
  'punchcard.voucher.send.show': { batch_id: { kind: 'text', required: true, max: 1024 } },
  'punchcard.voucher.send.list': { limit: { kind: 'integer', required: true, max: 4294967295 } },
  'punchcard.voucher.send.page': { batch_id: { kind: 'text', required: true, max: 1024 }, page: { kind: 'integer', required: true, max: 4294967295 } },
  'punchcard.crowd.count': { pid: { kind: 'text', max: 1024 }, crowd: { kind: 'text', max: 1024 }, group: { kind: 'text', max: 1024 }, conditions: { kind: 'json', max: 65535, of: { kind: 'list', max: 64, of: { kind: 'object', members: { op: { kind: 'text', required: true }, tagCode: { kind: 'text', required: true }, value: { kind: 'text', required: true }, tag_code: { kind: 'text' } } } } }, steps: { kind: 'flag' }, shop_id: { kind: 'text', max: 1024 }, app_id: { kind: 'text', max: 1024 }, dimensions: { kind: 'list', max: 8, of: { kind: 'text', max: 64 } } },
  'punchcard.crowd.why': { pid: { kind: 'text', max: 1024 }, crowd: { kind: 'text', max: 1024 }, group: { kind: 'text', max: 1024 }, conditions: { kind: 'json', max: 65535, of: { kind: 'list', max: 64, of: { kind: 'object', members: { op: { kind: 'text', required: true }, tagCode: { kind: 'text', required: true }, value: { kind: 'text', required: true }, tag_code: { kind: 'text' } } } } }, shop_id: { kind: 'text', max: 1024 }, app_id: { kind: 'text', max: 1024 }, user_id: { kind: 'text', required: true, max: 1024 } },
  'punchcard.crowd.list': { pid: { kind: 'text', max: 1024 }, name: { kind: 'text', max: 1024 }, after: { kind: 'text', max: 1024 }, limit: { kind: 'integer', required: true, max: 4294967295 } },
  'punchcard.tag.list': { pid: { kind: 'text', max: 1024 } },
  'punchcard.crowd.sample': { pid: { kind: 'text', max: 1024 }, crowd: { kind: 'text', max: 1024 }, conditions: { kind: 'json', max: 65535, of: { kind: 'list', max: 64, of: { kind: 'object', members: { op: { kind: 'text', required: true }, tagCode: { kind: 'text', required: true }, value: { kind: 'text', required: true }, tag_code: { kind: 'text' } } } } }, seed: { kind: 'integer', max: 4294967295 } },
  'punchcard.crowd.usage': { pid: { kind: 'text', max: 1024 }, crowd: { kind: 'text', required: true, max: 1024 } },
  'punchcard.crowd.compare': { pid: { kind: 'text', max: 1024 }, crowd: { kind: 'text', required: true, max: 1024 }, other: { kind: 'text', required: true, max: 1024 } },
  'punchcard.crowd.members': { pid: { kind: 'text', max: 1024 }, crowd: { kind: 'text', required: true, max: 1024 } },
  'punchcard.activity.list': { status: { kind: 'text', max: 1024 }, pid: { kind: 'text', max: 1024 }, limit: { kind: 'integer', required: true, max: 4294967295 } },
  'punchcard.activity.show': { camp_id: { kind: 'text', required: true, max: 1024 } },
  'punchcard.activity.totals': { pid: { kind: 'text', max: 1024 }, camp_id: { kind: 'text', required: true, max: 1024 } },
  'punchcard.activity.review': { camp_id: { kind: 'text', required: true, max: 1024 }, verdict: { kind: 'choice', required: true, choices: ['approve', 'reject'] }, reason: { kind: 'text', max: 65535 } },
  'punchcard.points.frozen': { older: { kind: 'text', max: 1024 }, pid: { kind: 'text', max: 1024 }, limit: { kind: 'integer', required: true, max: 4294967295 } },
  'punchcard.points.account': { activity_account: { kind: 'text', required: true, max: 1024 }, user_id: { kind: 'text', required: true, max: 1024 } },
  'punchcard.points.outstanding': { pid: { kind: 'text', max: 1024 }, after: { kind: 'text', max: 1024 }, limit: { kind: 'integer', max: 1000 } },
  'punchcard.fund.list': { pid: { kind: 'text', max: 1024 }, after: { kind: 'text', max: 1024 }, limit: { kind: 'integer', max: 1000 } },
  'punchcard.fund.show': { pid: { kind: 'text', max: 1024 }, template_id: { kind: 'text', required: true, max: 1024 }, after: { kind: 'text', max: 1024 }, limit: { kind: 'integer', max: 1000 } },
  'punchcard.token.list': { pid: { kind: 'text', max: 1024 }, after: { kind: 'text', max: 1024 }, limit: { kind: 'integer', max: 1000 } },
  'punchcard.shop.list': { pid: { kind: 'text', max: 1024 }, after: { kind: 'text', max: 1024 }, limit: { kind: 'integer', max: 1000 } },
  'punchcard.auth.list': { members: { kind: 'flag', required: true }, app_id: { kind: 'text', max: 1024 }, account_id: { kind: 'text', max: 1024 }, limit: { kind: 'integer', required: true, max: 4294967295 } },
  'punchcard.auth.revoke': { token: { kind: 'text', required: true, max: 1024 } },
  'punchcard.signature.list': { limit: { kind: 'integer', required: true, max: 4294967295 } },
  'punchcard.signature.show': { trace_id: { kind: 'text', required: true, max: 1024 } },
  'punchcard.key.owner': { fingerprint: { kind: 'text', required: true, max: 1024 } },
  'punchcard.log.list': { app_id: { kind: 'text', max: 1024 }, pid: { kind: 'text', max: 1024 }, method: { kind: 'text', max: 1024 }, code: { kind: 'text', max: 1024 }, cause: { kind: 'text', max: 1024 }, trace_id: { kind: 'text', max: 1024 }, since: { kind: 'text', max: 1024 }, after: { kind: 'text', max: 1024 }, before: { kind: 'text', max: 1024 }, limit: { kind: 'integer', required: true, max: 4294967295 } },
  'punchcard.log.show': { trace_id: { kind: 'text', required: true, max: 1024 } },
  'punchcard.log.record': { app_id: { kind: 'text', required: true, max: 1024 }, duration: { kind: 'text', required: true, max: 1024 } },
  'punchcard.clock.show': {},
  'punchcard.clock.move': { to: { kind: 'text', max: 1024 }, by: { kind: 'text', max: 1024 }, next: { kind: 'flag' } },
  'punchcard.notice.list': { state: { kind: 'text', max: 1024 }, pid: { kind: 'text', max: 1024 }, limit: { kind: 'integer', required: true, max: 4294967295 } },
  'punchcard.notice.show': { notify_id: { kind: 'text', required: true, max: 1024 } },
  'punchcard.notice.resend': { notify_ids: { kind: 'list', required: true, max: 100000, of: { kind: 'text', max: 1024 } } },
} as const satisfies { readonly [method in keyof Methods]: Limits };

export const entries = {
  'koubei.marketing.campaign.tags.query': { writes: false, need: 'read', pid: 'required' },
  'koubei.marketing.campaign.crowd.count': { writes: false, need: 'read', pid: 'required' },
  'koubei.marketing.campaign.crowd.create': { writes: true, need: 'market', pid: 'required' },
  'koubei.marketing.campaign.crowd.modify': { writes: true, need: 'market', pid: 'required' },
  'koubei.marketing.campaign.crowd.delete': { writes: true, need: 'market', pid: 'required' },
  'koubei.marketing.campaign.crowd.batchquery': { writes: false, need: 'read', pid: 'required' },
  'koubei.marketing.campaign.crowd.detail.query': { writes: false, need: 'read', pid: 'required' },
  'koubei.marketing.campaign.activity.create': { writes: true, need: 'market', pid: 'required' },
  'koubei.marketing.campaign.activity.query': { writes: false, need: 'read', pid: 'required' },
  'koubei.marketing.campaign.activity.modify': { writes: true, need: 'market', pid: 'required' },
  'koubei.marketing.campaign.activity.offline': { writes: true, need: 'market', pid: 'required' },
  'koubei.marketing.campaign.activity.batchquery': { writes: false, need: 'read', pid: 'required' },
  'koubei.marketing.tool.points.query': { writes: false, need: 'read', pid: 'required' },
  'koubei.marketing.tool.prizesend.auth': { writes: true, need: 'market', pid: 'required' },
  'alipay.trade.query': { writes: false, need: 'read', pid: 'required' },
  'alipay.trade.refund': { writes: true, need: 'money', pid: 'required' },
  'alipay.trade.cancel': { writes: true, need: 'money', pid: 'required' },
  'alipay.trade.close': { writes: true, need: 'money', pid: 'required' },
  'alipay.marketing.voucher.list.query': { writes: false, need: 'read', pid: 'required' },
  'alipay.marketing.voucher.query': { writes: false, need: 'read', pid: 'required' },
  'alipay.marketing.userule.pid.query': { writes: false, need: 'read', pid: 'required' },
  'ant.merchant.expand.merchant.storelist.query': { writes: false, need: 'read', pid: 'required' },
  'alipay.marketing.cashvoucher.template.create': { writes: true, need: 'market', pid: 'required' },
  'alipay.marketing.cashvoucher.template.modify': { writes: true, need: 'market', pid: 'required' },
  'alipay.marketing.voucher.templatedetail.query': { writes: false, need: 'read', pid: 'required' },
  'alipay.marketing.voucher.templatelist.query': { writes: false, need: 'read', pid: 'required' },
  'alipay.marketing.voucher.template.delete': { writes: true, need: 'market', pid: 'required' },
  'punchcard.session.show': { writes: false, need: 'nothing', pid: 'none' },
  'punchcard.session.list': { writes: false, need: 'own', pid: 'none' },
  'punchcard.session.end': { writes: true, need: 'own', pid: 'optional' },
  'punchcard.operator.list': { writes: false, need: 'own', pid: 'optional' },
  'punchcard.operator.invite': { writes: true, need: 'own', pid: 'optional' },
  'punchcard.operator.grant': { writes: true, need: 'own', pid: 'optional' },
  'punchcard.operator.enable': { writes: true, need: 'own', pid: 'optional' },
  'punchcard.audit.list': { writes: false, need: 'own', pid: 'optional' },
  'punchcard.world.apply': { writes: true, need: 'own', pid: 'none' },
  'punchcard.prove.run': { writes: false, need: 'read', pid: 'none' },
  'punchcard.trade.show': { writes: false, need: 'read', pid: 'optional' },
  'punchcard.trade.list': { writes: false, need: 'read', pid: 'required' },
  'punchcard.trade.totals': { writes: false, need: 'read', pid: 'required' },
  'punchcard.trade.bill': { writes: false, need: 'money', pid: 'required' },
  'punchcard.voucher.show': { writes: false, need: 'read', pid: 'none' },
  'punchcard.voucher.bar': { writes: true, need: 'market', pid: 'none' },
  'punchcard.voucher.send.start': { writes: true, need: 'money', pid: 'none' },
  'punchcard.voucher.send.stop': { writes: true, need: 'money', pid: 'none' },
  'punchcard.voucher.send.show': { writes: false, need: 'read', pid: 'none' },
  'punchcard.voucher.send.list': { writes: false, need: 'read', pid: 'none' },
  'punchcard.voucher.send.page': { writes: false, need: 'read', pid: 'none' },
  'punchcard.crowd.count': { writes: false, need: 'read', pid: 'optional' },
  'punchcard.crowd.why': { writes: false, need: 'read', pid: 'optional' },
  'punchcard.crowd.list': { writes: false, need: 'read', pid: 'required' },
  'punchcard.tag.list': { writes: false, need: 'read', pid: 'required' },
  'punchcard.crowd.sample': { writes: false, need: 'read', pid: 'required' },
  'punchcard.crowd.usage': { writes: false, need: 'read', pid: 'required' },
  'punchcard.crowd.compare': { writes: false, need: 'read', pid: 'required' },
  'punchcard.crowd.members': { writes: false, need: 'money', pid: 'required' },
  'punchcard.activity.list': { writes: false, need: 'read', pid: 'optional' },
  'punchcard.activity.show': { writes: false, need: 'read', pid: 'none' },
  'punchcard.activity.totals': { writes: false, need: 'read', pid: 'required' },
  'punchcard.activity.review': { writes: true, need: 'market', pid: 'none' },
  'punchcard.points.frozen': { writes: false, need: 'read', pid: 'optional' },
  'punchcard.points.account': { writes: false, need: 'read', pid: 'none' },
  'punchcard.points.outstanding': { writes: false, need: 'read', pid: 'required' },
  'punchcard.fund.list': { writes: false, need: 'money', pid: 'required' },
  'punchcard.fund.show': { writes: false, need: 'money', pid: 'required' },
  'punchcard.token.list': { writes: false, need: 'read', pid: 'required' },
  'punchcard.shop.list': { writes: false, need: 'read', pid: 'required' },
  'punchcard.auth.list': { writes: false, need: 'own', pid: 'none' },
  'punchcard.auth.revoke': { writes: true, need: 'own', pid: 'none' },
  'punchcard.signature.list': { writes: false, need: 'develop', pid: 'none' },
  'punchcard.signature.show': { writes: false, need: 'develop', pid: 'none' },
  'punchcard.key.owner': { writes: false, need: 'develop', pid: 'none' },
  'punchcard.log.list': { writes: false, need: 'develop', pid: 'optional' },
  'punchcard.log.show': { writes: false, need: 'develop', pid: 'none' },
  'punchcard.log.record': { writes: true, need: 'develop', pid: 'none' },
  'punchcard.clock.show': { writes: false, need: 'read', pid: 'none' },
  'punchcard.clock.move': { writes: true, need: 'develop', pid: 'none' },
  'punchcard.notice.list': { writes: false, need: 'read', pid: 'optional' },
  'punchcard.notice.show': { writes: false, need: 'read', pid: 'none' },
  'punchcard.notice.resend': { writes: true, need: 'develop', pid: 'none' },
} as const satisfies { readonly [method in keyof Methods]: EntryFacts };
