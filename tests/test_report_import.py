import subprocess
import sys


def test_importing_the_words_loads_nothing_heavy():
    heavy = ("cv2", "matplotlib", "av", "scipy")
    code = f"import sys, slumpcv.report.summary; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
