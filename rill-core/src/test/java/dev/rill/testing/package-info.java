/// What the tests of all rooms share: which kernels to run on, and a rig of ring and sockets.
package dev.rill.testing;
