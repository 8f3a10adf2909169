//! The built binary, from outside: real processes, real sockets, both engines.

mod calls;
mod control;
mod crash;
mod demo;
mod first_aid;
mod identity;
mod isolation;
mod once;
mod raw;
mod rejects;
mod running;
mod sdk;
mod strain;
mod two;
