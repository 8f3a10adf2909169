//! Cash vouchers: templates are made and looked at, vouchers sent and looked up. What happens to them is in
//! [`crate::acts::voucher`].

pub mod list_query;
pub mod query;
pub mod send;
pub mod storelist_query;
pub mod template_create;
pub mod template_delete;
pub mod template_modify;
pub mod templatedetail_query;
pub mod templatelist_query;
pub mod userule_pid_query;

use super::{Answer, Call};
use crate::acts::voucher::valid_period::{NoUnit, WrittenPeriod, parse_time};
use crate::biz::{ABSENT, Field, Illegal, Shape, illegal, text};
use domain::Refusal;
use domain::id::TemplateIdText;
use domain::template::{Misfit, Publication, Template, ValidPeriod};
use serde_json::Value;
use store::{Tx, template};
use wire::{Rejection, code, money, time};

/// A Date that may lack the blank between day and hour: see [`parse_time`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LooseDate(pub i64);

impl Field for LooseDate {
    const SHAPE: Shape = Shape::Date;

    fn read(value: Option<&Value>) -> Result<Self, String> {
        let text = text(value.ok_or(ABSENT)?)?;
        parse_time(&text).map(LooseDate).ok_or_else(|| "必须是yyyy-MM-dd HH:mm:ss格式的有效时间".to_owned())
    }

    fn canonical(&self) -> Option<Value> {
        Some(Value::from(time::format(self.0)))
    }
}

/// The merchant's template; refused where there is none.
fn found(call: &Call, tx: &mut Tx, template_id: &str) -> Answer<Template> {
    let found = match TemplateIdText::parse(template_id) {
        Some(id) => template::find(tx, call.pid(), id)?,
        None => None,
    };
    found.ok_or_else(|| Refusal::TemplateNotExist.into())
}

/// The refusal of a `pid` that is not the merchant's own. Its text is not that of the gateway, which is about the app.
fn foreign_pid() -> Rejection {
    code::INSUFFICIENT_ISV_PERMISSIONS.with_msg("ISV权限不足")
}

/// The period that a caller wrote.
fn period(written: &WrittenPeriod) -> Result<ValidPeriod, Rejection> {
    let no_unit = |NoUnit(unit)| illegal(Illegal::Unit, &format!("错误的相对时间单位unit={unit}"));
    written.period().map_err(no_unit)
}

/// What a template would be that cannot be, for the texts that say so. Amounts are fen.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    amount_fen: i64,
    floor_fen: i64,
    publication: Publication,
    valid_period: ValidPeriod,
}

impl Wanted {
    /// The documented text for what is wrong; `too_many` is the refusal of more than all vouchers may be worth.
    fn refuse(self, misfit: Misfit, too_many: Rejection) -> Rejection {
        let Wanted { amount_fen, floor_fen, publication: Publication { starts_at, ends_at }, valid_period } = self;
        let (valid_from, valid_until) = valid_period.of_sent(starts_at);
        let [amount, floor] = [amount_fen, floor_fen].map(money::format);
        let [starts, ends, valid_from, valid_until] = [starts_at, ends_at, valid_from, valid_until].map(time::format);
        let (what, detail) = match misfit {
            Misfit::AmountTooLow => {
                (Illegal::Amount, format!("代金券小于最小面额 minAmount=0.10 requestAmount={amount}"))
            }
            Misfit::RatioTooLow => (
                Illegal::Amount,
                format!("代金券比率小于最小比率 ceilingRation=0.005 requestAmount={amount} floorAmount={floor}"),
            ),
            Misfit::TotalTooHigh => return too_many,
            Misfit::PublishEndsBeforeStart => {
                (Illegal::Date, format!("发放结束时间早于发放开始时间,publishStartTime={starts},publishEndTime={ends}"))
            }
            Misfit::PublishTooLong => (Illegal::Date, "券的发放有效期跨度大于90天".to_owned()),
            Misfit::PublishStartsTooLate => (Illegal::Date, "发放开始时间大于当前时间15天".to_owned()),
            Misfit::PublishIsOver => (Illegal::Date, format!("发放结束时间小于等于当前时间, publishEndTime={ends}")),
            Misfit::ValidEndsBeforeStart => (
                Illegal::Date,
                format!("可使用结束时间早于可使用开始时间,startTime={valid_from},endTime={valid_until}"),
            ),
            Misfit::ValidTooLong => {
                (Illegal::Date, format!("有效期跨度大于90天, startTime={valid_from}, endTime={valid_until}"))
            }
            Misfit::ValidEndsBeforePublish => {
                (Illegal::Request, "券产品(createCashVoucherTemplate)RPC调用失败, 结果返回false".to_owned())
            }
        };
        illegal(what, &detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::template::Unit;

    #[test]
    fn what_is_wrong_is_told_in_the_documented_words() {
        let starts_at = time::parse("2017-12-01 00:00:01").expect("a time");
        let wanted = Wanted {
            amount_fen: 100,
            floor_fen: 1_000_000,
            publication: Publication { starts_at, ends_at: starts_at - 1_000 },
            valid_period: ValidPeriod::Relative { duration: 9_999_999_999, unit: Unit::Day },
        };
        let dates = "INVALID_DATE_PARAMETER|异常原因:无效的时间|";
        let amounts = "INVALID_AMOUNT_PARAMETER|异常原因:无效的券面额|";
        for (misfit, expect) in [
            (Misfit::AmountTooLow, format!("{amounts}代金券小于最小面额 minAmount=0.10 requestAmount=1.00")),
            (
                Misfit::RatioTooLow,
                format!("{amounts}代金券比率小于最小比率 ceilingRation=0.005 requestAmount=1.00 floorAmount=10000.00"),
            ),
            (
                Misfit::PublishEndsBeforeStart,
                format!("{dates}发放结束时间早于发放开始时间,publishStartTime=2017-12-01 00:00:01,publishEndTime=2017-12-01 00:00:00"),
            ),
            (Misfit::PublishTooLong, format!("{dates}券的发放有效期跨度大于90天")),
            (Misfit::PublishStartsTooLate, format!("{dates}发放开始时间大于当前时间15天")),
            (
                Misfit::PublishIsOver,
                format!("{dates}发放结束时间小于等于当前时间, publishEndTime=2017-12-01 00:00:00"),
            ),
            (
                // However long it is, there is a text.
                Misfit::ValidTooLong,
                format!("{dates}有效期跨度大于90天, startTime=2017-12-01 00:00:01, endTime=9999-12-31 23:59:59"),
            ),
            (
                Misfit::ValidEndsBeforePublish,
                "REQUEST_PARAM_ILLEGAL|异常原因:请求参数非法|券产品(createCashVoucherTemplate)RPC调用失败, 结果返回false".to_owned(),
            ),
        ] {
            let refused = wanted.refuse(misfit, code::INVALID_PARAMETER);
            let text = format!("参数有误{expect}");
            assert_eq!((&*refused.sub_code, &*refused.sub_msg), ("INVALID_PARAMETER", text.as_str()), "{misfit:?}");
        }
        let refused = wanted.refuse(Misfit::TotalTooHigh, code::INVALID_PARAMETER);
        assert_eq!(refused, code::INVALID_PARAMETER);
    }
}
