package dev.rill.testing;

import dev.rill.ring.Feature;
import dev.rill.ring.Quirk;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// What a kernel must be like for a test to be about it. Where a kernel is not, the test is left
/// out, counted and printed; that Rill finds out what a kernel is like is tested elsewhere
/// (`conformance/`, QuirksTest, ProbeTest). On a class it is for all of its tests.
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
public @interface Needs {

    /// What it must have.
    Feature[] value() default {};

    /// What it must be known not to do wrong.
    Quirk[] without() default {};
}
