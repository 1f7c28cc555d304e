/// The front door: where a program asks for a kernel and learns which one it got.
///
/// This room may use every other room; no other room may use this one.
package dev.rill;
