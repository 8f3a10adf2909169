//! The built binary, from outside: real processes, real sockets, both engines.

mod backup;
mod calls;
mod clock;
mod control;
mod crash;
mod demo;
mod first_aid;
mod identity;
mod isolation;
mod mailbox;
mod mutations;
mod notices;
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
