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
mod prove;
mod raw;
mod receiver;
mod rejects;
mod running;
mod sdk;
mod strain;
mod trade;
mod two;
mod upgrade;
mod workload;
mod workload_model;
