import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

public class Crash_155f2f1b65eca622e676cce40bcdb646911fa93f {
    static final String base64Bytes = String.join("", "ewogICJmb3JtYXRfdmVyc2lvbiI6IDEsCiAgInBlZnRfdHlwZSI6ICJSTFJSIiwKICAibWV0aG9kIjogInJscnIiLAogICJsaWJyYXJ5X3ZlcnNpb24iOiAiMC4xLjAiLAogICJiYXNlX21vZGVsIjogeyJuYW1lIjogImEiLCAiZmluZ2VycHJpbnQiOiAic2hhMjU2OjAifSwKICAiY29uZmlnIjogewogICAgInJhbmsiOiAxLAogICAgImZvcm0iOiAicmVzaWR1YWwiLAogICAgInNpZGVzIjogImJvdGgiLAogICAgInNoaWZ0IjogdHJ1ZSwKICAgICJpbml0aWFsaXNhdGlvbiI6IHsia2luZCI6ICJub3JtYWwiLCAidmFsdWUiOiAwLjV9LAogICAgInRhcmdldHMiOiBbImFsbC1saW5lYXIiLCAiIWhlYWQiXSwKICAgICJzY2FsZV9hbmRfc2hpZnQiOiBbImFyZTpub3JtIiwgInJlOnJlNioqKioqMC4qKioqKioqKioqKioqKioqKioqcGF0Y2guKiJdLAogICAgImZ1bGx5X3RyYWluZWQiOiBbImhlYWQiXSwKICAgICJzZWVkIjogMAogIH0sCiAgImNsYXNzX25hbWVzIjogWyJhIiwgImIiXSwKICAicHJlcHJvY2Vzc2luZyI6IHsiaGVpZ2h0IjoxMTgsICJpbnRlcnBvbGF0aW9uIjogImJpY3ViaWMiLCAibWVhbiI6IFswLjUsIDAuNSwgMC41XX0KfQo=");

    public static void main(String[] args) throws Throwable {
        Crash_155f2f1b65eca622e676cce40bcdb646911fa93f.class.getClassLoader().setDefaultAssertionStatus(true);
        try {
            Method fuzzerInitialize = io.github.rlrr.fuzz.AdapterConfigFuzz.class.getMethod("fuzzerInitialize");
            fuzzerInitialize.invoke(null);
        } catch (NoSuchMethodException ignored) {
            try {
                Method fuzzerInitialize = io.github.rlrr.fuzz.AdapterConfigFuzz.class.getMethod("fuzzerInitialize", String[].class);
                fuzzerInitialize.invoke(null, (Object) args);
            } catch (NoSuchMethodException ignored1) {
            } catch (IllegalAccessException | InvocationTargetException e) {
                e.printStackTrace();
                System.exit(1);
            }
        } catch (IllegalAccessException | InvocationTargetException e) {
            e.printStackTrace();
            System.exit(1);
        }
        byte[] input = java.util.Base64.getDecoder().decode(base64Bytes);
        io.github.rlrr.fuzz.AdapterConfigFuzz.fuzzerTestOneInput(input);
    }
}