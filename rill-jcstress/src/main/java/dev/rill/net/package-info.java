/// Races of the mailbox: putting tasks in while the loop looks, and while it shuts.
package dev.rill.net;
