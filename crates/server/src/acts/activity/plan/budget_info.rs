//! `budget_info`: how many prizes there are, in all and on a day.

use crate::biz::{WholeNumber, biz, choice, invalid};
use domain::activity::Budget;
use wire::Rejection;

biz! {
    /// The budget.
    pub struct BudgetInfo {
        /// How many prizes there are in all.
        budget_total: WholeNumber<9_999_999_999>,
        /// What is counted.
        budget_type: BudgetType,
        /// The period that `sub_value` is for.
        sub_budget_dimension: Option<Dimension>,
        /// How many prizes there are in one such period, at most `budget_total`; required with `sub_budget_dimension`.
        sub_value: Option<WholeNumber<9_999_999_999>>,
    }
}

choice! {
    /// What is budgeted.
    pub enum BudgetType {
        /// Prizes.
        Quantity = "QUANTITY",
    }
}

choice! {
    /// For what there may be a budget beside the total.
    pub enum Dimension {
        /// A calendar day of UTC+8.
        Day = "D",
    }
}

impl BudgetInfo {
    /// What there is to give.
    pub fn budget(&self) -> Result<Budget, Rejection> {
        let total = self.budget_total.number();
        let daily = match (self.sub_budget_dimension, self.sub_value) {
            (None, None) => None,
            (Some(Dimension::Day), None) => {
                return Err(invalid("budget_info.sub_value", "设置sub_budget_dimension时不能为空"));
            }
            (None, Some(_)) => {
                return Err(invalid("budget_info.sub_budget_dimension", "设置sub_value时不能为空"));
            }
            (Some(Dimension::Day), Some(value)) if total < value.number() => {
                return Err(invalid("budget_info.sub_value", "不能大于budget_total"));
            }
            (Some(Dimension::Day), Some(value)) => Some(value.number()),
        };
        Ok(Budget { total, daily })
    }
}
