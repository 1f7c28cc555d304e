/// The programs that README shows, kept compiling.
package dev.rill.examples;
