//! The built binary, from outside: real processes, real sockets, both engines.

mod backup;
mod calls;
mod control;
mod crash;
mod demo;
mod first_aid;
mod identity;
mod isolation;
mod mutations;
mod once;
mod operator;
mod raw;
mod rejects;
mod running;
mod sdk;
mod strain;
mod two;
mod upgrade;
