package dev.rill.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A test of one behaviour, run on every kernel there is that has what it [Needs]; it takes a
/// `Kernel` as its parameter.
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "on {0}", allowZeroInvocations = true)
@MethodSource("dev.rill.testing.TestKernels#all")
public @interface KernelTest {
}
