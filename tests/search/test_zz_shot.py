import os
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]="1"
from datetime import date
from playwright.sync_api import sync_playwright
from tests.factories import a_dossier
from tests.search.conftest import *
def test_shot(papers, live_server):
    dossier = papers.pages["房屋租赁合同"].item.dossier
    for n in range(8):
        papers.paper(dossier, f"押金说明第{n}号", "押金管理办法\n第一条 为规范押金的收取、保管和退还，制定本办法。\n业主或租户装修前应交纳装修押金，装修完毕后经验收合格予以退还。", day=date(2016+n,2,3))
    ghost = a_dossier(papers.house.archivist, papers.house.service, name="李四", rank=1)
    papers.paper(ghost, "押金封存件", "押金别处")
    ghost.sealed_at = ghost.changed_at; ghost.save(update_fields=["sealed_at"])
    index_everything()
    give_text(papers.pages["押金第二页"], "又一版押金")
    c = papers.client("archivist")
    with sync_playwright() as p:
        b = p.chromium.launch(executable_path='/usr/bin/chromium', args=['--no-sandbox'])
        def shot(name, path, w=1280, h=900, scheme="light"):
            ctx = b.new_context(viewport={"width":w,"height":h}, color_scheme=scheme)
            ctx.add_cookies([{"name":"sessionid","value":c.cookies["sessionid"].value,"url":live_server.url}])
            page = ctx.new_page()
            msgs=[]
            page.on("console", lambda m: msgs.append(m.text)); page.on("pageerror", lambda e: msgs.append(str(e)))
            page.goto(live_server.url + path); page.wait_for_timeout(700)
            if name=="keys":
                page.keyboard.press("j"); page.keyboard.press("j"); page.wait_for_timeout(100)
                print("focus", page.evaluate("document.activeElement.textContent"))
            page.screenshot(path=f"/tmp/zs/{name}.png"); print(name, msgs)
            if name=="keys":
                page.keyboard.press("Enter"); page.wait_for_timeout(1500); print(page.url); page.screenshot(path="/tmp/zs/opened.png")
            ctx.close()
        shot("light","/search/?q=押金")
        shot("keys","/search/?q=押金", scheme="dark")
        shot("phone","/search/?q=押金",390,844)
        shot("error","/search/?q=合同 (押金")
        shot("empty","/search/?q=没有这回事")
        shot("home","/")
