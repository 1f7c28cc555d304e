package dev.rill.testing;

import dev.rill.kernel.Descriptors;
import dev.rill.kernel.Kernel;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/// A kernel that answers some calls otherwise, on any thread.
public final class Interposed {

    /// What is answered instead of asking the kernel.
    public interface Answers {

        /// @param call the method's name
        /// @param arguments what it is called with; null for none
        /// @return null to ask the kernel
        Integer answer(String call, Object[] arguments);
    }

    private Interposed() {
    }

    /// Puts answers in front of a kernel and its plain calls.
    public static Kernel on(Kernel kernel, Answers answers) {
        Descriptors descriptors = on(Descriptors.class, kernel.descriptors(), answers, null);
        return on(Kernel.class, kernel, answers, descriptors);
    }

    private static <T> T on(Class<T> type, T below, Answers answers, Descriptors descriptors) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                (_, method, arguments) -> {
                    if (descriptors != null && method.getName().equals("descriptors")) {
                        return descriptors;
                    }
                    Integer answer = answers.answer(method.getName(), arguments);
                    if (answer != null) {
                        return answer;
                    }
                    try {
                        return method.invoke(below, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }
}
